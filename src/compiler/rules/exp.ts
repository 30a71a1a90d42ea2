import { unary } from './unary.ts'

export const exp = unary({
  op: 'Exp',
  compute: (x) => Math.exp(x),
  lower: 'Exp',
})
