import { binary } from './binary.ts'

export const logicalXor = binary({
  op: 'LogicalXor',
  compute: (a, b) => (a === b ? 0 : 1),
  lower: 'Xor',
  accepts: ['bool'],
  commutative: true,
})
