import { binary } from './binary.ts'

export const equal = binary({
  op: 'Equal',
  compute: (a, b) => (a === b ? 1 : 0),
  lower: 'Equal',
  accepts: ['float32', 'int32', 'bool'],
  result: 'bool',
  commutative: true,
})
