import { reduction } from './reduction.ts'

export const max = reduction({
  op: 'Max',
  start: Number.NEGATIVE_INFINITY,
  step: (a, x) => Math.max(a, x),
  lower: 'ReduceMax',
  axis: 'reductionIndices',
  zeroPreserving: true,
})
