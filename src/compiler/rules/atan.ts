import { unary } from './unary.ts'

export const atan = unary({
  op: 'Atan',
  compute: (x) => Math.atan(x),
  lower: 'Atan',
  zeroPreserving: true,
})
