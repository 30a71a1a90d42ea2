import { unary } from './unary.ts'

export const logicalNot = unary({
  op: 'LogicalNot',
  compute: (x) => (x ? 0 : 1),
  lower: 'Not',
  accepts: ['bool'],
})
