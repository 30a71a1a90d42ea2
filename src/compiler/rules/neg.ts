import { unary } from './unary.ts'

export const neg = unary({
  op: 'Neg',
  compute: (x) => -x,
  lower: 'Neg',
  accepts: ['float32', 'int32'],
  zeroPreserving: true,
})
