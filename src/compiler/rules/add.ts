import { binary } from './binary.ts'

export const add = binary({
  op: 'Add',
  compute: (a, b) => a + b,
  lower: 'Add',
  commutative: true,
})
