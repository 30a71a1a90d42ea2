import { unary } from './unary.ts'

export const elu = unary({
  op: 'Elu',
  compute: (x) => (x >= 0 ? x : Math.expm1(x)),
  lower: 'Elu',
  zeroPreserving: true,
})
