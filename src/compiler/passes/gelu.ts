import type { Node, Value } from '../ir.ts'
import { eitherOrder, scaledBy } from './match.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

/** Keeps x from being 0 in Φ(x) = gelu(x) / x; far below the rounding of any x whose gelu is not 0. */
const nudge = 1e-20

/** x of 1 + erf(x / √2). */
function errorFunctionPlusOne(value: Value | undefined, graph: Rewriting): Value | undefined {
  for (const [erf, one] of eitherOrder(value && graph.producer(value), 'Add')) {
    const node = graph.producer(erf)
    if (node?.op !== 'Erf' || uniformValue(one, graph) !== 1) continue
    const inner = node.inputs[0]
    return inner && scaledBy(graph.producer(inner), Math.SQRT1_2, graph)
  }
  return undefined
}

/** x of Φ(x) = (1 + erf(x / √2)) / 2. */
const cumulativeOf = (node: Node | undefined, graph: Rewriting): Value | undefined =>
  errorFunctionPlusOne(scaledBy(node, 0.5, graph), graph)

/** x of x · Φ(x), the half taken with either factor. */
function geluOf(node: Node, graph: Rewriting): Value | undefined {
  for (const [x, factor] of eitherOrder(node, 'Multiply')) {
    if (cumulativeOf(graph.producer(factor), graph) === x) return x
    const halved = scaledBy(graph.producer(x), 0.5, graph)
    if (halved !== undefined && errorFunctionPlusOne(factor, graph) === halved) return halved
  }
  const whole = scaledBy(node, 0.5, graph)
  for (const [x, factor] of eitherOrder(whole && graph.producer(whole), 'Multiply'))
    if (errorFunctionPlusOne(factor, graph) === x) return x
  return undefined
}

/**
 * The composed exact gelu becomes one fused Gelu; where its gradient needs Φ(x) too, Φ is that result divided by x.
 * Error of Φ: the rounding of gelu and of the division, about 1e-7.
 */
export const fuseGelu: Pass = {
  name: 'fuse gelu',
  run(graph) {
    const shared = new Map<Value, { readonly x: Value; readonly gelu: Value }>()
    const nonZeroOf = new Map<Value, Value>()
    return rewrite(graph, (node, builder) => {
      /** The gradient's other factors read the copy as well: x need not be kept for them. */
      const readingNonZero = ({ op, inputs, attrs }: Node): readonly Value[] | undefined =>
        (op === 'Square' || op === 'Multiply') && inputs.some((value) => nonZeroOf.has(value))
          ? [
              builder.node(
                op,
                inputs.map((value) => nonZeroOf.get(value) ?? value),
                attrs,
              ),
            ]
          : undefined
      for (const [x, factor] of eitherOrder(node, 'Multiply')) {
        const known = shared.get(factor)
        if (known?.x === x) return [known.gelu]
      }
      const activated = geluOf(node, builder)
      if (activated !== undefined) return [builder.node('Gelu', [activated])]
      const x = cumulativeOf(node, builder)
      if (x === undefined || builder.uses(node.outputs[0] as Value) < 2) return readingNonZero(node)
      const nonZero = builder.node('Add', [x, builder.scalar(nudge)])
      nonZeroOf.set(x, nonZero)
      const gelu = builder.node('Gelu', [nonZero])
      const cumulative = builder.node('RealDiv', [gelu, nonZero])
      shared.set(cumulative, { x, gelu })
      return [cumulative]
    })
  },
}
