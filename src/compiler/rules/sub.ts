import { binary } from './binary.ts'

export const sub = binary({
  op: 'Sub',
  compute: (a, b) => a - b,
  lower: 'Sub',
})
