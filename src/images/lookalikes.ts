import { DisjointSets } from '../std/disjoint-sets.ts'
import type { Digest } from '../std/hash.ts'
import { fingerprintBytes, fingerprintSide } from './fingerprint.ts'

/**
 * Images are nearly equal up to this distance of their fingerprints a and b, brightness aside: with ā the mean of a,
 * ‖(a − ā) − (b − b̄)‖ / √(‖a − ā‖² + ‖b − b̄‖²). On 12,000 catalogue photographs of 136 × 102 pixels this takes in 99 of
 * 100 JPEGs saved again at quality 50, and of the photographs themselves none but one shot of one thing.
 */
export const nearlyEqual = 0.06

/** Below this standard deviation of its channels, in levels of 255, a fingerprint shows nothing to compare. */
const leastContrast = 2

/** A coarse fingerprint: means of 4 × 4 cells. Its distances, scaled, never exceed those of the fingerprints. */
const coarseSide = 4
const coarseLength = coarseSide * coarseSide * 3
const cellsPerBlock = (fingerprintSide / coarseSide) ** 2

/**
 * The sets of images with equal content or nearly equal fingerprints, also by way of others.
 * @param fingerprints one after the other
 * @returns for each image the number of its set, -1 where none is like it; sets are numbered by their first images
 */
export function lookalikeSets(contents: readonly Digest[], fingerprints: Uint8Array): Int32Array {
  const n = contents.length
  const sets = new DisjointSets(n)
  const first = new Map<Digest, number>()
  for (const [i, content] of contents.entries()) {
    const other = first.get(content)
    if (other === undefined) first.set(content, i)
    else sets.join(i, other)
  }

  const { means, norms, contrasts, coarse } = measure(fingerprints, n)
  const order = [...first.values()]
    .filter((i) => (contrasts[i] as number) >= leastContrast)
    .sort((a, b) => (norms[a] as number) - (norms[b] as number) || a - b)
  const limit = nearlyEqual ** 2
  for (const [place, i] of order.entries()) {
    const norm = norms[i] as number
    for (let next = place + 1; next < order.length; next++) {
      const j = order[next] as number
      const other = norms[j] as number
      const bound = limit * (norm * norm + other * other)
      if ((other - norm) ** 2 > bound) break
      if (coarseDistance(coarse, i, j, bound) > bound || sets.first(i) === sets.first(j)) continue
      const offset = fingerprintBytes * ((means[i] as number) - (means[j] as number)) ** 2
      if (distance(fingerprints, i, j, bound + offset) - offset <= bound) sets.join(i, j)
    }
  }

  const sizes = new Int32Array(n)
  for (let i = 0; i < n; i++) sizes[sets.first(i)] = (sizes[sets.first(i)] as number) + 1
  const numbers = new Map<number, number>()
  return Int32Array.from({ length: n }, (_, i) => {
    const at = sets.first(i)
    if ((sizes[at] as number) < 2) return -1
    const number = numbers.get(at) ?? numbers.size
    numbers.set(at, number)
    return number
  })
}

/** Of each fingerprint its mean, its norm about it, the standard deviation of its channels, and its coarse form about the mean. */
function measure(fingerprints: Uint8Array, n: number) {
  const means = new Float64Array(n)
  const norms = new Float64Array(n)
  const contrasts = new Float64Array(n)
  const coarse = new Float32Array(n * coarseLength)
  const block = fingerprintSide / coarseSide
  for (let i = 0; i < n; i++) {
    const from = i * fingerprintBytes
    const sums = [0, 0, 0]
    let squares = 0
    const into = i * coarseLength
    for (let k = 0; k < fingerprintBytes; k++) {
      const v = fingerprints[from + k] as number
      squares += v * v
      const [channel, cell] = [k % 3, Math.floor(k / 3)]
      sums[channel] = (sums[channel] as number) + v
      const [y, x] = [Math.floor(cell / fingerprintSide / block), Math.floor((cell % fingerprintSide) / block)]
      const at = into + (y * coarseSide + x) * 3 + channel
      coarse[at] = (coarse[at] as number) + v / cellsPerBlock
    }
    const mean = sums.reduce((a, b) => a + b) / fingerprintBytes
    const spread = squares / fingerprintBytes - sums.reduce((a, b) => a + b * b, 0) / (fingerprintBytes ** 2 / 3)
    contrasts[i] = Math.sqrt(Math.max(0, spread))
    means[i] = mean
    norms[i] = Math.sqrt(Math.max(0, squares - fingerprintBytes * mean * mean))
    for (let k = into; k < into + coarseLength; k++) coarse[k] = (coarse[k] as number) - mean
  }
  return { means, norms, contrasts, coarse }
}

/** Squared, as far as `bound`. */
function coarseDistance(coarse: Float32Array, i: number, j: number, bound: number): number {
  let sum = 0
  for (let k = 0, a = i * coarseLength, b = j * coarseLength; k < coarseLength && sum <= bound; k++) {
    const d = (coarse[a + k] as number) - (coarse[b + k] as number)
    sum += cellsPerBlock * d * d
  }
  return sum
}

/** Squared, as far as `bound`. */
function distance(bytes: Uint8Array, i: number, j: number, bound: number): number {
  let sum = 0
  for (let k = 0, a = i * fingerprintBytes, b = j * fingerprintBytes; k < fingerprintBytes && sum <= bound; k++) {
    const d = (bytes[a + k] as number) - (bytes[b + k] as number)
    sum += d * d
  }
  return sum
}
