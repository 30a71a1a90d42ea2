import { binary } from './binary.ts'

export const realDiv = binary({
  op: 'RealDiv',
  compute: (a, b) => a / b,
  lower: 'Div',
  accepts: ['float32'],
  zeroPreserving: [0],
})
