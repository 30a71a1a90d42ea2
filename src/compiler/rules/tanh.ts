import { unary } from './unary.ts'

export const tanh = unary({
  op: 'Tanh',
  compute: (x) => Math.tanh(x),
  lower: 'Tanh',
  zeroPreserving: true,
})
