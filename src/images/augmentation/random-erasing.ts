import type { CounterRng } from '../../std/counter-rng.ts'
import { type Box, drawPlace, drawSides, type Size } from './box.ts'

/** torchvision's defaults; its ratio, 0.3 to 3.3, is height over width. */
const shape = { scale: [0.02, 0.33], ratio: [1 / 3.3, 1 / 0.3] }
const tries = 10

/** What torchvision's `RandomErasing` would erase with probability `p`; nothing where ten tries fit nothing. */
export function drawErased(rng: CounterRng, image: Size, p: number): Box | undefined {
  if (rng.uniform() >= p) return undefined
  for (let i = 0; i < tries; i++) {
    const sides = drawSides(rng, image, shape)
    if (sides.width < image.width && sides.height < image.height) return drawPlace(rng, image, sides)
  }
  return undefined
}

/** Sets a part of float32 `[height, width, 3]` pixels at `pixels[offset…]` to 0: after normalisation the mean. */
export function erase(pixels: Float32Array, offset: number, rowWidth: number, box: Box): void {
  for (let y = box.top; y < box.top + box.height; y++) {
    const start = offset + (y * rowWidth + box.left) * 3
    pixels.fill(0, start, start + box.width * 3)
  }
}
