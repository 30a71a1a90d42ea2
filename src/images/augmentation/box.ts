import type { CounterRng } from '../../std/counter-rng.ts'

/** A rectangle of an image, in pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Shares of the area, and width over height; lowest and highest. */
export interface BoxShape {
  readonly scale: readonly number[]
  readonly ratio: readonly number[]
}

/** Sides of a rectangle of a drawn share of the area and a drawn ratio of its sides (log-uniform), as wide as `√ratio`. */
export function drawSides(rng: CounterRng, { width, height }: Size, { scale, ratio }: BoxShape): Size {
  const area = width * height * rng.uniform(scale[0], scale[1])
  const aspect = Math.exp(rng.uniform(Math.log(ratio[0] ?? 1), Math.log(ratio[1] ?? 1)))
  return { width: Math.round(Math.sqrt(area * aspect)), height: Math.round(Math.sqrt(area / aspect)) }
}

/** A place for a rectangle within an image, each equally likely. */
export function drawPlace(rng: CounterRng, image: Size, { width, height }: Size): Box {
  return { width, height, top: rng.below(image.height - height + 1), left: rng.below(image.width - width + 1) }
}
