import { unary } from './unary.ts'

export const sinh = unary({
  op: 'Sinh',
  compute: (x) => Math.sinh(x),
  lower: 'Sinh',
  zeroPreserving: true,
})
