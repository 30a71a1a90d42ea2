import { type Node, sameShape, sameType, type Value } from '../ir.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

const copies = new Set(['Identity', 'Cast', 'Reshape', 'Slice', 'PadV2', 'BroadcastTo', 'Tile', 'Concat'])

/** The operand that an arithmetic node hands through because the other one is neutral. */
function neutralised({ op, inputs: [a, b] }: Node, graph: Rewriting): Value | undefined {
  if (a === undefined || b === undefined) return undefined
  const is = (value: Value, number: number) => uniformValue(value, graph) === number
  if ((op === 'Multiply' || op === 'RealDiv' || op === 'Pow') && is(b, 1)) return a
  if (op === 'Multiply' && is(a, 1)) return b
  if ((op === 'Add' || op === 'Sub') && is(b, 0)) return a
  if (op === 'Add' && is(a, 0)) return b
  return undefined
}

/** Removes nodes that return their operand: copies, casts and reshapes to the same type, x · 1, x + 0. */
export const dropIdentities: Pass = {
  name: 'drop identities',
  run: (graph) =>
    rewrite(graph, (node, builder) => {
      const [x, out] = [node.inputs[0], node.outputs[0]]
      if (x === undefined || out === undefined) return undefined
      if (copies.has(node.op) && node.inputs.length === 1 && sameType(x, out)) return [x]
      const perm = node.attrs.perm
      if (node.op === 'Transpose' && Array.isArray(perm) && perm.every((axis, i) => axis === i)) return [x]
      const kept = neutralised(node, builder)
      if (kept === undefined) return undefined
      return [sameShape(kept.shape, out.shape) ? kept : builder.node('BroadcastTo', [kept], { shape: out.shape })]
    }),
}
