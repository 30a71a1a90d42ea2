import type { Value } from '../ir.ts'
import { type Pass, rewrite } from './pass.ts'

/**
 * Relu's gradient asks where x > 0; relu(x) > 0 answers the same, so x need not be kept for the backward pass beside it.
 * The same numbers.
 */
export const reluGradient: Pass = {
  name: 'relu gradient',
  run(graph) {
    const activated = new Map<Value, Value>()
    return rewrite(graph, ({ op, inputs: [x], attrs, outputs: [out] }, builder) => {
      if (x === undefined || out === undefined) return undefined
      if (op === 'Relu') activated.set(x, out)
      const relu = op === 'Step' ? activated.get(x) : undefined
      return relu && [builder.node('Step', [relu], attrs)]
    })
  },
}
