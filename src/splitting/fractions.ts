import { Type } from 'typebox'
import { splitFractions } from '../errors/data.ts'
import type { Fractions } from './deal.ts'

const fraction = (part: string, of: string, rest: object) =>
  Type.Number({ minimum: 0, maximum: 1, description: `Fraction of ${of} for the part "${part}".`, ...rest })

/** Params that share out the images. @param of what is shared out */
export const fractionParams = (of: string) => ({
  train: fraction('train', of, {}),
  validation: fraction('validation', of, { default: 0 }),
  test: fraction('test', of, { default: 0 }),
})

/** The parts with a fraction above 0. @throws XpError unless the fractions add up to 1 */
export function fractionsOf(given: {
  readonly train: number
  readonly validation: number
  readonly test: number
}): Fractions {
  const { train, validation, test } = given
  const fractions = { train, validation, test }
  const sum = train + validation + test
  if (!(Math.abs(sum - 1) <= 1e-9)) throw splitFractions(fractions)
  return Object.fromEntries(Object.entries(fractions).filter(([, f]) => f > 0))
}
