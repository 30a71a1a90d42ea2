import { unary } from './unary.ts'

export const reciprocal = unary({
  op: 'Reciprocal',
  compute: (x) => 1 / x,
  lower: 'Reciprocal',
})
