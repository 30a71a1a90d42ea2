import { unary } from './unary.ts'

export const sigmoid = unary({
  op: 'Sigmoid',
  compute: (x) => 1 / (1 + Math.exp(-x)),
  lower: 'Sigmoid',
})
