import { binary } from './binary.ts'

export const greater = binary({
  op: 'Greater',
  compute: (a, b) => (a > b ? 1 : 0),
  lower: 'Greater',
  result: 'bool',
})
