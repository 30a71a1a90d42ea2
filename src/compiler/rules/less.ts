import { binary } from './binary.ts'

export const less = binary({
  op: 'Less',
  compute: (a, b) => (a < b ? 1 : 0),
  lower: 'Less',
  result: 'bool',
})
