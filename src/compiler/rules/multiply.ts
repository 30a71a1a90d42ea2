import { binary } from './binary.ts'

export const multiply = binary({
  op: 'Multiply',
  compute: (a, b) => a * b,
  lower: 'Mul',
  commutative: true,
  zeroPreserving: [0, 1],
})
