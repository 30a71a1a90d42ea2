import { binary } from './binary.ts'

export const greaterEqual = binary({
  op: 'GreaterEqual',
  compute: (a, b) => (a >= b ? 1 : 0),
  lower: 'GreaterOrEqual',
  result: 'bool',
})
