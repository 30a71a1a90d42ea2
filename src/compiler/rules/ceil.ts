import { unary } from './unary.ts'

export const ceil = unary({
  op: 'Ceil',
  compute: (x) => Math.ceil(x),
  lower: 'Ceil',
  zeroPreserving: true,
})
