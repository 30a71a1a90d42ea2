import { binary } from './binary.ts'

export const logicalAnd = binary({
  op: 'LogicalAnd',
  compute: (a, b) => (a && b ? 1 : 0),
  lower: 'And',
  accepts: ['bool'],
  commutative: true,
  zeroPreserving: [0, 1],
})
