import { reduction } from './reduction.ts'

export const sum = reduction({
  op: 'Sum',
  start: 0,
  step: (a, x) => a + x,
  lower: 'ReduceSum',
  zeroPreserving: true,
})
