import { unary } from './unary.ts'

export const atanh = unary({
  op: 'Atanh',
  compute: (x) => Math.atanh(x),
  lower: 'Atanh',
  zeroPreserving: true,
})
