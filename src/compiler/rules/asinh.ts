import { unary } from './unary.ts'

export const asinh = unary({
  op: 'Asinh',
  compute: (x) => Math.asinh(x),
  lower: 'Asinh',
  zeroPreserving: true,
})
