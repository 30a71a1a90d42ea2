import { unary } from './unary.ts'

export const asin = unary({
  op: 'Asin',
  compute: (x) => Math.asin(x),
  lower: 'Asin',
  zeroPreserving: true,
})
