import { sameType, type Value } from '../ir.ts'
import { ruleOf } from '../rules/index.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'

/** What a value repeats: the operand of a broadcast, the number of a Fill. */
function repeated(value: Value, graph: Rewriting): Value {
  const node = graph.producer(value)
  if (node?.op === 'BroadcastTo') return node.inputs[0] ?? value
  if (node?.op !== 'Fill' || value.dtype !== 'float32') return value
  return graph.scalar(node.attrs.value as number)
}

/** Lets elementwise nodes broadcast their operands themselves instead of reading written-out copies. */
export const dropBroadcasts: Pass = {
  name: 'drop broadcasts',
  run: (graph) =>
    rewrite(graph, (node, builder) => {
      const rule = ruleOf(node.op)
      const [out] = node.outputs
      if (rule.elementwise !== true || node.inputs.length < 2 || out === undefined) return undefined
      let inputs = node.inputs
      for (const [i, value] of node.inputs.entries()) {
        const source = repeated(value, builder)
        if (source === value) continue
        const [type] = rule.infer(inputs.with(i, source), node.attrs)
        if (type !== undefined && sameType(type, out)) inputs = inputs.with(i, source)
      }
      if (inputs === node.inputs) return undefined
      return builder.add(node.op, inputs, node.attrs)
    }),
}
