import { unary } from './unary.ts'

export const sqrt = unary({
  op: 'Sqrt',
  compute: (x) => Math.sqrt(x),
  lower: 'Sqrt',
  zeroPreserving: true,
})
