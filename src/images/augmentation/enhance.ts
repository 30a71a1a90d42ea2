import type { RgbImage } from '../rgb-image.ts'
import { luma } from './luma.ts'
import { mapBytes } from './tone.ts'

const { fround } = Math

/**
 * PIL's `Image.blend` of two bytes in float32 (`src/libImaging/Blend.c`): `from` at factor 0, `to` at 1, beyond where the
 * factor is. The sum of a factor within 0 and 1 is a byte already.
 */
const blend = (from: number, to: number, factor: number): number => {
  const sum = fround(from + fround(factor * (to - from)))
  return sum <= 0 ? 0 : sum >= 255 ? 255 : Math.trunc(sum)
}

/** Towards black at factor 0: PIL's `ImageEnhance.Brightness`. */
export function brightness(image: RgbImage, factor: number): RgbImage {
  const f = fround(factor)
  return mapBytes(image, (v) => blend(0, v, f))
}

/** Towards the mean gray at factor 0: PIL's `ImageEnhance.Contrast`. */
export function contrast(image: RgbImage, factor: number): RgbImage {
  const f = fround(factor)
  const { data } = image
  let sum = 0
  for (let i = 0; i < data.length; i += 3) sum += luma(data, i)
  const mean = Math.floor(sum / (data.length / 3) + 0.5)
  return mapBytes(image, (v) => blend(mean, v, f))
}

/** Towards gray at factor 0: PIL's `ImageEnhance.Color`. */
export function saturation(image: RgbImage, factor: number): RgbImage {
  const f = fround(factor)
  const { data } = image
  const out = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const gray = luma(data, i)
    for (let k = i; k < i + 3; k++) out[k] = blend(gray, data[k] as number, f)
  }
  return { ...image, data: out }
}

/** Towards the smoothed image at factor 0: PIL's `ImageEnhance.Sharpness`; the outermost pixels stay as they are. */
export function sharpness(image: RgbImage, factor: number): RgbImage {
  const f = fround(factor)
  const { width, height, data } = image
  const out = Uint8Array.from(data)
  const row = width * 3
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + 3; i < (y + 1) * row - 3; i++) out[i] = blend(smoothed(data, i, row), data[i] as number, f)
  }
  return { width, height, data: out }
}

/** PIL's `ImageFilter.SMOOTH` at one byte: 3 × 3, the middle five times, over 13, rounded. */
function smoothed(data: Uint8Array, i: number, row: number): number {
  const at = (k: number) => data[k] as number
  const above = at(i - row - 3) + at(i - row) + at(i - row + 3)
  const below = at(i + row - 3) + at(i + row) + at(i + row + 3)
  return Math.floor((above + at(i - 3) + 5 * at(i) + at(i + 3) + below) / 13 + 0.5)
}
