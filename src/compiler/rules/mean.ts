import { reduction } from './reduction.ts'

export const mean = reduction({
  op: 'Mean',
  start: 0,
  step: (a, x) => a + x,
  finish: (a, n) => a / n,
  lower: 'ReduceMean',
  accepts: ['float32'],
  zeroPreserving: true,
})
