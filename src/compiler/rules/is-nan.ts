import { unary } from './unary.ts'

export const isNan = unary({
  op: 'IsNan',
  compute: (x) => (Number.isNaN(x) ? 1 : 0),
  lower: 'IsNaN',
  result: 'bool',
})
