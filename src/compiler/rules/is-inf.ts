import { unary } from './unary.ts'

export const isInf = unary({
  op: 'IsInf',
  compute: (x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? 1 : 0),
  lower: 'IsInf',
  result: 'bool',
})
