import { CounterRng } from '../std/counter-rng.ts'
import { type FootwearKind, footwearKinds, silhouette } from './footwear.ts'
import { type Canvas, type Colour, ellipse, fillPolygon, type Polygon } from './rasterise.ts'
import type { RgbImage } from './rgb-image.ts'

/** Least distance between the colours of the thing and of the ground behind it, of at most 441. */
const contrast = 90

/** A colour of some brightness with a tint. */
function anyColour(rng: CounterRng, dark: number, light: number): Colour {
  const grey = rng.uniform(dark, light)
  return [grey + rng.uniform(-45, 45), grey + rng.uniform(-45, 45), grey + rng.uniform(-45, 45)]
}

const shade = (colour: Colour, by: number): Colour => [colour[0] + by, colour[1] + by, colour[2] + by]

const distance = (a: Colour, b: Colour) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

/** Scales, leans, mirrors and moves outlines into the picture. */
function placement(rng: CounterRng, size: number): (outline: Polygon) => Polygon {
  const scale = size * rng.uniform(0.3, 0.44)
  const lean = rng.normal() * 0.12
  const mirrored = rng.uniform() < 0.5 ? -1 : 1
  const [cos, sin] = [Math.cos(lean) * scale, Math.sin(lean) * scale]
  const x0 = size * rng.uniform(0.42, 0.58)
  const y0 = size * rng.uniform(0.5, 0.62)
  return (outline) =>
    outline.map(([x, y]) => [x0 + mirrored * (x * cos - (y - 0.5) * sin), y0 - (x * sin + (y - 0.5) * cos)])
}

function background(canvas: Canvas, rng: CounterRng, colour: Colour): void {
  const { size, data } = canvas
  const [dx, dy] = [rng.uniform(-40, 40), rng.uniform(-40, 40)]
  for (let i = 0; i < size * size; i++) {
    const light = dx * ((i % size) / size - 0.5) + dy * (Math.floor(i / size) / size - 0.5)
    for (let c = 0; c < 3; c++) data[i * 3 + c] = (colour[c] ?? 0) + light
  }
  for (let n = rng.below(3); n > 0; n--) {
    const at = () => rng.uniform(0, size)
    const radius = () => rng.uniform(0.05, 0.25) * size
    fillPolygon(
      canvas,
      ellipse(at(), at(), radius(), radius(), rng.uniform(0, 3)),
      anyColour(rng, 60, 220),
      rng.uniform(0.1, 0.4),
    )
  }
}

/** Something thin or small in front. */
function occlude(canvas: Canvas, rng: CounterRng): void {
  const { size } = canvas
  const at = () => size * rng.uniform(0.2, 0.8)
  const [long, thin] = [size * rng.uniform(0.1, 0.35), size * rng.uniform(0.03, 0.09)]
  fillPolygon(canvas, ellipse(at(), at(), long, thin, rng.uniform(0, 3)), anyColour(rng, 40, 220), rng.uniform(0.5, 1))
}

/**
 * Draws one labelled sample picture, `size` × `size`: a shoe, sandal or boot in profile of varied form, place, size,
 * lean and colours over a cluttered ground. A function of its arguments alone.
 */
export function drawFootwear(kind: FootwearKind, seed: number, index: number, size: number): RgbImage {
  const rng = new CounterRng(seed, footwearKinds.indexOf(kind), index)
  const canvas: Canvas = { size, data: new Float32Array(size * size * 3) }
  const ground = anyColour(rng, 150, 235)
  background(canvas, rng, ground)
  let leather = anyColour(rng, 20, 150)
  while (distance(leather, ground) < contrast) leather = anyColour(rng, 20, 150)
  const rubber = rng.uniform() < 0.5 ? shade(leather, rng.uniform(-50, 50)) : anyColour(rng, 20, 170)
  const place = placement(rng, size)
  const { sole, upper } = silhouette(kind, rng)
  for (const outline of upper) fillPolygon(canvas, place(outline), leather)
  for (const outline of sole) fillPolygon(canvas, place(outline), rubber)
  for (let n = rng.below(2); n > 0; n--) occlude(canvas, rng)
  const grain = rng.uniform(2, 10)
  return { width: size, height: size, data: Uint8Array.from(canvas.data, (v) => clamp(v + grain * rng.normal())) }
}

const clamp = (v: number) => Math.max(0, Math.min(255, Math.round(v)))
