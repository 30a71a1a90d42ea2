import { binary } from './binary.ts'

export const maximum = binary({
  op: 'Maximum',
  compute: (a, b) => Math.max(a, b),
  lower: 'Max',
  commutative: true,
})
