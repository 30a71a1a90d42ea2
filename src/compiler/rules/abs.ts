import { unary } from './unary.ts'

export const abs = unary({
  op: 'Abs',
  compute: (x) => Math.abs(x),
  lower: 'Abs',
  accepts: ['float32', 'int32'],
  zeroPreserving: true,
})
