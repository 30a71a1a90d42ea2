import { binary } from './binary.ts'

export const logicalOr = binary({
  op: 'LogicalOr',
  compute: (a, b) => (a || b ? 1 : 0),
  lower: 'Or',
  accepts: ['bool'],
  commutative: true,
})
