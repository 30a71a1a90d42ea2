import type { Backend, Resample } from '../artifacts/processed-images.ts'
import { kernels } from './resample-kernels.ts'

/** Fractional bits of a coefficient: 32 less 8 for the pixel and 2 for overshoot, as in Pillow. */
const fractionBits = 22

/** torch's coefficients fit 16 bits: as many are fractional as the largest of an axis leaves room for. */
function fractionBitsOf16(largest: number): number {
  let bits = 0
  while (bits < fractionBits && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++
  return bits
}

/** How each output position of one axis is made: `count[i]` source positions from `first[i]`, times `taps[i * width …]`. */
export interface AxisTaps {
  /** Coefficients per output position, the longest row. */
  readonly width: number
  readonly first: Int32Array
  readonly count: Int32Array
  /** Fixed point, `fractionBits` bits after the point. */
  readonly taps: Int32Array
}

/** Source position of each output position for nearest; Pillow sums the step, so rounding accumulates alike. */
export function nearestPositions(from: number, to: number): Int32Array {
  const step = from / to
  const positions = new Int32Array(to)
  for (let i = 0, at = step * 0.5; i < to; i++, at += step) positions[i] = Math.min(from - 1, Math.trunc(at))
  return positions
}

function computeTaps(from: number, to: number, resample: Exclude<Resample, 0>, backend: Backend): AxisTaps {
  const kernel = kernels[resample]
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = kernel.support * stretch
  const width = Math.ceil(support) * 2 + 1
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const weights = new Float64Array(to * width)
  let largest = 0
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale
    const low = Math.max(0, Math.trunc(centre - support + 0.5))
    const n = Math.min(from, Math.trunc(centre + support + 0.5)) - low
    let sum = 0
    for (let k = 0; k < n; k++) {
      const w = kernel.weight((k + low - centre + 0.5) * (1 / stretch))
      weights[i * width + k] = w
      sum += w
    }
    for (let k = 0; k < n; k++) {
      const w = (weights[i * width + k] ?? 0) / (sum === 0 ? 1 : sum)
      weights[i * width + k] = w
      largest = Math.max(largest, w)
    }
    first[i] = low
    count[i] = n
  }
  const bits = backend === 'pil' ? fractionBits : fractionBitsOf16(largest)
  const taps = Int32Array.from(
    weights,
    (w) => Math.trunc(w * 2 ** bits + (w < 0 ? -0.5 : 0.5)) * 2 ** (fractionBits - bits),
  )
  return { width, first, count, taps }
}

const kept = 64
const cache = new Map<string, AxisTaps>()

/** Taps that resample an axis of `from` pixels to `to`; the last few dozen size pairs are kept. */
export function axisTaps(from: number, to: number, resample: Exclude<Resample, 0>, backend: Backend): AxisTaps {
  const key = `${from} ${to} ${resample} ${backend}`
  let found = cache.get(key)
  if (found === undefined) {
    found = computeTaps(from, to, resample, backend)
    if (cache.size >= kept) cache.delete(cache.keys().next().value ?? '')
    cache.set(key, found)
  }
  return found
}
