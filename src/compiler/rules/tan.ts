import { unary } from './unary.ts'

export const tan = unary({
  op: 'Tan',
  compute: (x) => Math.tan(x),
  lower: 'Tan',
  zeroPreserving: true,
})
