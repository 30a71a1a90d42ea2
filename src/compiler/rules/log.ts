import { unary } from './unary.ts'

export const log = unary({
  op: 'Log',
  compute: (x) => Math.log(x),
  lower: 'Log',
})
