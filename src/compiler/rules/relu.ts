import { unary } from './unary.ts'

export const relu = unary({
  op: 'Relu',
  compute: (x) => Math.max(x, 0),
  lower: 'Relu',
  accepts: ['float32', 'int32'],
  zeroPreserving: true,
})
