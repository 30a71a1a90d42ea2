import type { Augmentation } from '../../artifacts/processed-images.ts'
import { uniformAt } from '../../std/counter-rng.ts'
import type { RgbImage } from '../rgb-image.ts'

/** Sets these draws apart from others of the same seed. */
const stream = 0x666c6970

/** Whether an image is mirrored: a function of seed, epoch and example index, so resuming draws the same. */
export function isMirrored(spec: Augmentation, seed: number, epoch: number, index: number): boolean {
  return spec.horizontalFlip > 0 && uniformAt(seed, stream, epoch, index) < spec.horizontalFlip
}

export function flipHorizontally({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length)
  for (let y = 0, i = 0; y < height; y++) {
    for (let o = ((y + 1) * width - 1) * 3; i < (y + 1) * width * 3; i += 3, o -= 3) {
      out[o] = data[i] as number
      out[o + 1] = data[i + 1] as number
      out[o + 2] = data[i + 2] as number
    }
  }
  return { width, height, data: out }
}

export function flipVertically({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length)
  const row = width * 3
  for (let y = 0; y < height; y++) out.set(data.subarray(y * row, (y + 1) * row), (height - 1 - y) * row)
  return { width, height, data: out }
}
