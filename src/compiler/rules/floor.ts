import { unary } from './unary.ts'

export const floor = unary({
  op: 'Floor',
  compute: (x) => Math.floor(x),
  lower: 'Floor',
  zeroPreserving: true,
})
