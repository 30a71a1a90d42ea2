import { binary } from './binary.ts'

export const lessEqual = binary({
  op: 'LessEqual',
  compute: (a, b) => (a <= b ? 1 : 0),
  lower: 'LessOrEqual',
  result: 'bool',
})
