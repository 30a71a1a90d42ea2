import type { Resample } from '../artifacts/processed-images.ts'
import { type AxisTaps, axisTaps, fractionBits, nearestPositions } from './resample-taps.ts'
import type { RgbImage } from './rgb-image.ts'

const half = 1 << (fractionBits - 1)

/**
 * Resizes to exactly `width` × `height` with the bytes of Pillow's `Image.resize` on an RGB image
 * (`src/libImaging/Resample.c`: 22-bit fixed point, rows then columns, bytes in between; nearest as `Geometry.c`).
 * An image that has the size already is answered as it is.
 */
export function resize(image: RgbImage, width: number, height: number, resample: Resample): RgbImage {
  if (image.width === width && image.height === height) return image
  if (resample === 0) return nearest(image, width, height)
  let data = image.data
  if (image.width !== width) data = rows(image, width, axisTaps(image.width, width, resample))
  if (image.height !== height) data = columns(data, width * 3, axisTaps(image.height, height, resample))
  return { width, height, data }
}

function nearest({ data, width: from, height: fromHeight }: RgbImage, width: number, height: number): RgbImage {
  const xs = nearestPositions(from, width)
  const ys = nearestPositions(fromHeight, height)
  const out = new Uint8Array(width * height * 3)
  let o = 0
  for (const y of ys) {
    for (const x of xs) {
      const i = (y * from + x) * 3
      out[o++] = data[i] as number
      out[o++] = data[i + 1] as number
      out[o++] = data[i + 2] as number
    }
  }
  return { width, height, data: out }
}

/** Pillow's clip8. */
const clip = (sum: number) => {
  const v = sum >> fractionBits
  return v < 0 ? 0 : Math.min(v, 255)
}

/** The horizontal pass. */
function rows(image: RgbImage, width: number, axis: AxisTaps): Uint8Array {
  const { data, height } = image
  const { width: stride, first, count, taps } = axis
  const out = new Uint8Array(width * height * 3)
  const step = image.width * 3
  for (let x = 0; x < width; x++) {
    const start = (first[x] as number) * 3
    const t0 = x * stride
    const t1 = t0 + (count[x] as number)
    for (let y = 0, o = x * 3, row = start; y < height; y++, o += width * 3, row += step) {
      let r = half
      let g = half
      let b = half
      for (let t = t0, i = row; t < t1; t++, i += 3) {
        const k = taps[t] as number
        r = (r + Math.imul(k, data[i] as number)) | 0
        g = (g + Math.imul(k, data[i + 1] as number)) | 0
        b = (b + Math.imul(k, data[i + 2] as number)) | 0
      }
      out[o] = clip(r)
      out[o + 1] = clip(g)
      out[o + 2] = clip(b)
    }
  }
  return out
}

/** The vertical pass over rows of `length` bytes. */
function columns(data: Uint8Array, length: number, axis: AxisTaps): Uint8Array {
  const { width: stride, first, count, taps } = axis
  const out = new Uint8Array(first.length * length)
  const sums = new Int32Array(length)
  for (let y = 0; y < first.length; y++) {
    const n = count[y] as number
    const t = y * stride
    const o = y * length
    let i = (first[y] as number) * length
    if (n === 2) {
      const k0 = taps[t] as number
      const k1 = taps[t + 1] as number
      for (let x = 0, j = i + length; x < length; x++) {
        const sum = (half + Math.imul(k0, data[i + x] as number) + Math.imul(k1, data[j + x] as number)) | 0
        out[o + x] = clip(sum)
      }
      continue
    }
    sums.fill(half)
    for (let k = 0; k < n; k++, i += length) {
      const tap = taps[t + k] as number
      for (let x = 0; x < length; x++) sums[x] = ((sums[x] as number) + Math.imul(tap, data[i + x] as number)) | 0
    }
    for (let x = 0; x < length; x++) out[o + x] = clip(sums[x] as number)
  }
  return out
}
