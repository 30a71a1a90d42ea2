import type { Node, Value } from '../ir.ts'
import { at } from '../shape.ts'
import { eitherOrder } from './match.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'

interface Factors {
  /** The softmax's result, `[…, queries, keys]`. */
  readonly probabilities: Value
  /** Gradient with respect to it. */
  readonly gradient: Value
}

/** p and dp of p · dp − p · Σ p · dp, the sum over the last axis; tfjs's gradient of a softmax. */
function softmaxGradientOf(node: Node, graph: Rewriting): Factors | undefined {
  if (node.op !== 'Sub') return undefined
  const [weighted, shares] = node.inputs as [Value, Value]
  for (const [sum, probabilities] of eitherOrder(graph.producer(shares), 'Multiply')) {
    const { op, inputs, attrs } = graph.producer(sum) ?? {}
    const axes = attrs?.axes as readonly number[] | undefined
    if (op !== 'Sum' || inputs?.[0] !== weighted || !attrs?.keepDims) continue
    if (axes?.length !== 1 || axes[0] !== weighted.shape.length - 1) continue
    for (const [gradient, other] of eitherOrder(graph.producer(weighted), 'Multiply'))
      if (other === probabilities) return { probabilities, gradient }
  }
  return undefined
}

const isPlain = ({ attrs }: Node): boolean => !attrs.transposeA && !attrs.transposeB
const inverse = (perm: readonly number[]): readonly number[] => perm.map((_, axis) => perm.indexOf(axis))
const key = (perm: readonly number[]): string => perm.join()

/**
 * Attention's softmax gradient from the attention's result o = p · v: where dp = do · vᵀ, Σ p · dp over the keys is
 * Σ do · o over a head's channels (FlashAttention, arXiv:2205.14135, appendix B.2), so p and dp are read once less, and
 * no buffer of their size beside them is needed. The same function, rounded in other places.
 */
export const softmaxGradient: Pass = {
  name: 'softmax gradient',
  run(graph) {
    const products = new Map<Value, { readonly values: Value; readonly result: Value }>()
    const transposed = new Map<Value, Map<string, Value>>()
    /** Σ do · o, read from their transposes where those are what is kept. */
    const sumOf = (builder: Rewriting, gradient: Value, result: Value): Value => {
      const dot = (a: Value, b: Value) =>
        builder.node('Sum', [builder.node('Multiply', [a, b])], { axes: [a.shape.length - 1], keepDims: true })
      const from = builder.producer(gradient)
      const perm = from?.op === 'Transpose' ? (from.attrs.perm as readonly number[]) : undefined
      const kept = perm && transposed.get(result)?.get(key(inverse(perm)))
      if (!from || !perm || !kept || perm.at(-1) !== perm.length - 1) return dot(gradient, result)
      return builder.node('Transpose', [dot(from.inputs[0] as Value, kept)], { perm })
    }
    return rewrite(graph, (node, builder) => {
      const [a, b] = node.inputs
      const out = node.outputs[0] as Value
      if (node.op === 'Transpose' && a !== undefined) {
        const ofA = transposed.get(a) ?? new Map<string, Value>()
        transposed.set(a, ofA.set(key(node.attrs.perm as readonly number[]), out))
      }
      if (node.op === 'BatchMatMul' && a && b && isPlain(node)) products.set(a, { values: b, result: out })
      const found = softmaxGradientOf(node, builder)
      const product = found && products.get(found.probabilities)
      const back = found && builder.producer(found.gradient)
      if (!found || !product || back?.op !== 'BatchMatMul' || back.attrs.transposeA || !back.attrs.transposeB)
        return undefined
      const [gradient, values] = back.inputs as [Value, Value]
      const channels = at(values.shape, values.shape.length - 1)
      if (values !== product.values || channels >= at(out.shape, out.shape.length - 1)) return undefined
      const centred = builder.node('Sub', [found.gradient, sumOf(builder, gradient, product.result)])
      return [builder.node('Multiply', [centred, found.probabilities])]
    })
  },
}
