import { binary } from './binary.ts'

export const minimum = binary({
  op: 'Minimum',
  compute: (a, b) => Math.min(a, b),
  lower: 'Min',
  commutative: true,
})
