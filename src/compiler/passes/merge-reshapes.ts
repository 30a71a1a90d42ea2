import { sameShape, type Value } from '../ir.ts'
import { at } from '../shape.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'

/** Joins a reshape to the reshape before it and a transposition to the transposition before it, or cancels both. */
export const mergeReshapes: Pass = {
  name: 'merge reshapes',
  run: (graph) =>
    rewrite(graph, ({ op, inputs: [x], attrs, outputs: [out] }, builder) => {
      const before = x && builder.producer(x)
      const source = before?.inputs[0]
      if (x === undefined || out === undefined) return undefined
      if (op === 'Transpose' && movesOnlyOnes(x.shape, attrs.perm as readonly number[]))
        return [builder.node('Reshape', [x], { shape: out.shape })]
      if (before === undefined || source === undefined) return undefined
      if (op === 'Reshape' && before.op === 'Reshape') return [reshaped(source, out.shape, builder)]
      if (op === 'Transpose' && before.op === 'Transpose') {
        const [inner, outer] = [before.attrs.perm as readonly number[], attrs.perm as readonly number[]]
        const perm = outer.map((axis) => at(inner, axis))
        return [perm.every((axis, i) => axis === i) ? source : builder.node('Transpose', [source], { perm })]
      }
      return undefined
    }),
}

const reshaped = (x: Value, shape: readonly number[], graph: Rewriting): Value =>
  sameShape(x.shape, shape) ? x : graph.node('Reshape', [x], { shape })

/** Axes longer than 1 keep their order, so no element moves. */
function movesOnlyOnes(shape: readonly number[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => at(shape, axis) !== 1)
  return long.every((axis, i) => i === 0 || at(long, i - 1) < axis)
}
