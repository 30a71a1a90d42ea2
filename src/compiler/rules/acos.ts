import { unary } from './unary.ts'

export const acos = unary({
  op: 'Acos',
  compute: (x) => Math.acos(x),
  lower: 'Acos',
})
