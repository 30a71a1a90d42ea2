import type { Resample } from '../artifacts/processed-images.ts'
import { kernels } from './resample-kernels.ts'

/** Fractional bits of a coefficient: 32 less 8 for the pixel and 2 for overshoot, as in Pillow. */
const fractionBits = 22

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

function computeTaps(from: number, to: number, resample: Exclude<Resample, 0>): AxisTaps {
  const kernel = kernels[resample]
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = kernel.support * stretch
  const width = Math.ceil(support) * 2 + 1
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const taps = new Int32Array(to * width)
  const weights = new Float64Array(width)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale
    const low = Math.max(0, Math.trunc(centre - support + 0.5))
    const n = Math.min(from, Math.trunc(centre + support + 0.5)) - low
    let sum = 0
    for (let k = 0; k < n; k++) {
      const w = kernel.weight((k + low - centre + 0.5) * (1 / stretch))
      weights[k] = w
      sum += w
    }
    for (let k = 0; k < n; k++) {
      const w = ((weights[k] ?? 0) / (sum === 0 ? 1 : sum)) * (1 << fractionBits)
      taps[i * width + k] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5)
    }
    first[i] = low
    count[i] = n
  }
  return { width, first, count, taps }
}

const kept = 64
const cache = new Map<string, AxisTaps>()

/** Taps that resample an axis of `from` pixels to `to`; the last few dozen size pairs are kept. */
export function axisTaps(from: number, to: number, resample: Exclude<Resample, 0>): AxisTaps {
  const key = `${from} ${to} ${resample}`
  let found = cache.get(key)
  if (found === undefined) {
    found = computeTaps(from, to, resample)
    if (cache.size >= kept) cache.delete(cache.keys().next().value ?? '')
    cache.set(key, found)
  }
  return found
}
