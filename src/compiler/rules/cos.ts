import { unary } from './unary.ts'

export const cos = unary({
  op: 'Cos',
  compute: (x) => Math.cos(x),
  lower: 'Cos',
})
