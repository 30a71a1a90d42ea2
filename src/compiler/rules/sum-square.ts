import { reduction } from './reduction.ts'
import type { Rule } from './rule.ts'

const { kernel: _, ...rule } = reduction({
  op: 'SumSquare',
  start: 0,
  step: (a, x) => a + x * x,
  lower: 'ReduceSumSquare',
  accepts: ['float32'],
  zeroPreserving: true,
})

/** Sum of squares over axes (ONNX ReduceSumSquare 18). */
export const sumSquare = rule as Rule
