import { unary } from './unary.ts'

/** erf to double precision: its power series below 3, the continued fraction of erfc above. */
export function errorFunction(x: number): number {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)
  if (z < 3) {
    let [term, sum] = [z, z]
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * z * z) / (2 * n + 1)
      sum += term
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum
  }
  let fraction = 0
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction)
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)))
}

export const erf = unary({
  op: 'Erf',
  compute: errorFunction,
  lower: 'Erf',
  zeroPreserving: true,
})
