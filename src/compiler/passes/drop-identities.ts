import type { GraphBuilder } from '../build.ts'
import { type Node, sameShape, sameType, type Value } from '../ir.ts'
import { type Pass, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

const unaryIdentities = new Set(['Identity', 'Cast', 'Reshape', 'Slice', 'PadV2', 'BroadcastTo', 'Tile', 'Concat'])

/** The operand that an arithmetic node hands through because the other one is neutral. */
function neutral({ op, inputs, outputs: [out] }: Node, graph: GraphBuilder): Value | undefined {
  const [a, b] = inputs
  if (a === undefined || b === undefined || out === undefined || inputs.length !== 2) return undefined
  const [left, right] = [uniformValue(a, graph), uniformValue(b, graph)]
  const keeps = (x: Value) => (sameShape(x.shape, out.shape) ? x : undefined)
  if ((op === 'Multiply' || op === 'RealDiv' || op === 'Pow') && right === 1) return keeps(a)
  if (op === 'Multiply' && left === 1) return keeps(b)
  if ((op === 'Add' || op === 'Sub') && right === 0) return keeps(a)
  if (op === 'Add' && left === 0) return keeps(b)
  return undefined
}

/** Removes nodes that return their operand: copies, casts and reshapes to the same type, x·1, x + 0. */
export const dropIdentities: Pass = {
  name: 'drop identities',
  run: (graph) =>
    rewrite(graph, (node, builder) => {
      const [x, out] = [node.inputs[0], node.outputs[0]]
      if (x === undefined || out === undefined) return undefined
      if (unaryIdentities.has(node.op) && node.inputs.length === 1 && sameType(x, out)) return [x]
      const perm = node.attrs.perm
      if (node.op === 'Transpose' && Array.isArray(perm) && perm.every((axis, i) => axis === i)) return [x]
      const kept = neutral(node, builder)
      return kept && [kept]
    }),
}
