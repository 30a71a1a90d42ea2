import { reduction } from './reduction.ts'

export const prod = reduction({
  op: 'Prod',
  start: 1,
  step: (a, x) => a * x,
  lower: 'ReduceProd',
  zeroPreserving: true,
})
