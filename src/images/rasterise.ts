/** Points `x, y` in pixels, y downwards; the last joins the first. */
export type Polygon = readonly (readonly [number, number])[]

/** Red, green, blue in 0…255. */
export type Colour = readonly [number, number, number]

/** A picture being drawn: float RGB, interleaved, `size` × `size`. */
export interface Canvas {
  readonly size: number
  readonly data: Float32Array
}

/** Scan lines per pixel row; across, coverage is exact. */
const lines = 4

/** Fills a polygon (even-odd rule), edges smoothed, `opacity` from 0 to 1. */
export function fillPolygon({ size, data }: Canvas, polygon: Polygon, colour: Colour, opacity = 1): void {
  const cover = new Float32Array(size)
  const crossings: number[] = []
  for (let row = 0; row < size; row++) {
    cover.fill(0)
    for (let line = 0; line < lines; line++) {
      crossingsAt(polygon, row + (line + 0.5) / lines, crossings)
      for (let i = 0; i + 1 < crossings.length; i += 2) addSpan(cover, crossings[i] ?? 0, crossings[i + 1] ?? 0)
    }
    for (let x = 0; x < size; x++) {
      const alpha = ((cover[x] ?? 0) / lines) * opacity
      if (alpha === 0) continue
      const at = (row * size + x) * 3
      for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] ?? 0) * (1 - alpha) + (colour[c] ?? 0) * alpha
    }
  }
}

/** Where a horizontal line meets the outline, sorted, into `found`. */
function crossingsAt(polygon: Polygon, y: number, found: number[]): void {
  found.length = 0
  let [x0, y0] = polygon[polygon.length - 1] ?? [0, 0]
  for (const [x1, y1] of polygon) {
    if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0))
    x0 = x1
    y0 = y1
  }
  found.sort((a, b) => a - b)
}

function addSpan(cover: Float32Array, from: number, to: number): void {
  const end = Math.min(to, cover.length)
  for (let x = Math.max(0, Math.floor(from)); x < end; x++) {
    cover[x] = (cover[x] ?? 0) + Math.min(end, x + 1) - Math.max(from, x)
  }
}

/** A closed curve through points (Catmull-Rom), each span in `steps` pieces. */
export function smooth(points: Polygon, steps = 5): Polygon {
  const n = points.length
  const at = (i: number) => points[(i + n) % n] ?? [0, 0]
  return points.flatMap((_, i) =>
    Array.from({ length: steps }, (_, k): readonly [number, number] => {
      const t = k / steps
      const blend = (axis: 0 | 1) => {
        const [a, b, c, d] = [at(i - 1)[axis], at(i)[axis], at(i + 1)[axis], at(i + 2)[axis]]
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
      }
      return [blend(0), blend(1)]
    }),
  )
}

/** An ellipse as a polygon. */
export const ellipse = (x: number, y: number, rx: number, ry: number, turn = 0): Polygon =>
  Array.from({ length: 24 }, (_, i) => {
    const a = (i / 24) * 2 * Math.PI
    const [u, v] = [rx * Math.cos(a), ry * Math.sin(a)]
    return [x + u * Math.cos(turn) - v * Math.sin(turn), y + u * Math.sin(turn) + v * Math.cos(turn)]
  })
