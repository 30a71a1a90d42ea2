import { unary } from './unary.ts'

export const sin = unary({
  op: 'Sin',
  compute: (x) => Math.sin(x),
  lower: 'Sin',
  zeroPreserving: true,
})
