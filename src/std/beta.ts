import type { CounterRng } from './counter-rng.ts'

/** A draw from Beta(α, α), α > 0. */
export function betaOf(rng: CounterRng, alpha: number): number {
  const [x, y] = [logGammaDraw(rng, alpha), logGammaDraw(rng, alpha)]
  return 1 / (1 + Math.exp(y - x))
}

/** The logarithm, which does not underflow for a small shape, of a Gamma(shape, 1) draw: Marsaglia & Tsang 2000. */
function logGammaDraw(rng: CounterRng, shape: number): number {
  if (shape < 1) return logGammaDraw(rng, shape + 1) + Math.log(1 - rng.uniform()) / shape
  const d = shape - 1 / 3
  for (;;) {
    const x = rng.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
