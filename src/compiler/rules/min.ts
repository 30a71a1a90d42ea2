import { reduction } from './reduction.ts'

export const min = reduction({
  op: 'Min',
  start: Number.POSITIVE_INFINITY,
  step: (a, x) => Math.min(a, x),
  lower: 'ReduceMin',
  zeroPreserving: true,
})
