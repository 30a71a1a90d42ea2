import { binary } from './binary.ts'

export const pow = binary({
  op: 'Pow',
  compute: (a, b) => a ** b,
  lower: 'Pow',
})
