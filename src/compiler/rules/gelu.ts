import { errorFunction } from './erf.ts'
import type { Rule } from './rule.ts'
import { unary } from './unary.ts'

const { kernel: _, ...rule } = unary({
  op: 'Gelu',
  compute: (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
  lower: 'Gelu',
  zeroPreserving: true,
})

/** x Φ(x) with the exact normal distribution function (ONNX Gelu 20). */
export const gelu: Rule = rule
