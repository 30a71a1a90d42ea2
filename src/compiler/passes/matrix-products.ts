import { type Node, sameShape, sizeOf, type Value } from '../ir.ts'
import { at } from '../shape.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

interface Factors {
  readonly a: Value
  readonly b: Value
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly alpha: number
}

const isProduct = (node: Node | undefined): node is Node => node?.op === 'BatchMatMul' || node?.op === 'FusedMatMul'

function factorsOf({ inputs, attrs }: Node): Factors {
  const [a, b] = inputs as [Value, Value]
  return {
    a,
    b,
    transposeA: attrs.transposeA === true,
    transposeB: attrs.transposeB === true,
    alpha: (attrs.alpha as number | undefined) ?? 1,
  }
}

function product({ a, b, alpha, ...transposed }: Factors, graph: Rewriting): Value {
  return alpha === 1
    ? graph.node('BatchMatMul', [a, b], transposed)
    : graph.node('FusedMatMul', [a, b], { ...transposed, alpha })
}

/** The matrix that a value transposes or scales, and how; undefined when it does neither. */
function unwrapped(value: Value, graph: Rewriting): { of: Value; transposed: boolean; scale: number } | undefined {
  const node = graph.producer(value)
  const rank = value.shape.length
  if (node?.op === 'Transpose') {
    const perm = node.attrs.perm as readonly number[]
    const swaps = perm.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i))
    return swaps ? { of: node.inputs[0] as Value, transposed: true, scale: 1 } : undefined
  }
  const scaled = node && scaling(node, graph)
  return scaled && sameShape(scaled.of.shape, value.shape) ? { ...scaled, transposed: false } : undefined
}

/** A node as a number times a value. */
function scaling({ op, inputs: [a, b] }: Node, graph: Rewriting): { of: Value; scale: number } | undefined {
  if (a === undefined || b === undefined || (op !== 'Multiply' && op !== 'RealDiv')) return undefined
  const [left, right] = [uniformValue(a, graph), uniformValue(b, graph)]
  if (right !== undefined) return { of: a, scale: op === 'Multiply' ? right : 1 / right }
  return op === 'Multiply' && left !== undefined ? { of: b, scale: left } : undefined
}

/** Takes transpositions and factors of the operands into the product. */
function withOperands(factors: Factors, graph: Rewriting): Factors {
  const [a, b] = [unwrapped(factors.a, graph), unwrapped(factors.b, graph)]
  if (a === undefined && b === undefined) return factors
  const next = {
    a: a?.of ?? factors.a,
    b: b?.of ?? factors.b,
    transposeA: factors.transposeA !== (a?.transposed ?? false),
    transposeB: factors.transposeB !== (b?.transposed ?? false),
    alpha: factors.alpha * (a?.scale ?? 1) * (b?.scale ?? 1),
  }
  return withOperands(next, graph)
}

/** One 2-D product instead of a batch of products with the same right matrix. */
function flattened(factors: Factors, out: Value, graph: Rewriting): Value | undefined {
  const { a, b, transposeA } = factors
  const shared = b.shape.length === 2 || sizeOf(b.shape.slice(0, -2)) === 1
  if (a.shape.length < 3 || transposeA || !shared) return undefined
  const inner = at(a.shape, a.shape.length - 1)
  const rows = graph.node('Reshape', [a], { shape: [sizeOf(a.shape) / inner, inner] })
  const matrix = b.shape.length === 2 ? b : graph.node('Reshape', [b], { shape: b.shape.slice(-2) })
  return graph.node('Reshape', [product({ ...factors, a: rows, b: matrix }, graph)], { shape: out.shape })
}

/** product · number, where nothing else reads the product. */
function scaledProduct(node: Node, graph: Rewriting): Value | undefined {
  const scaled = scaling(node, graph)
  const made = scaled && graph.producer(scaled.of)
  if (scaled === undefined || !isProduct(made) || graph.uses(scaled.of) !== 1) return undefined
  if (!sameShape(scaled.of.shape, node.outputs[0]?.shape ?? [])) return undefined
  const factors = factorsOf(made)
  return product({ ...factors, alpha: factors.alpha * scaled.scale }, graph)
}

/** 2-D product + bias, directly or through a reshape of the rows, where nothing else reads the product. */
function biased({ op, inputs, outputs: [out] }: Node, graph: Rewriting): Value | undefined {
  if (op !== 'Add' || out === undefined) return undefined
  for (const [sum, bias] of [inputs, inputs.toReversed()] as [Value, Value][]) {
    const columns = at(out.shape, out.shape.length - 1)
    if (sizeOf(bias.shape) !== columns || bias.shape.at(-1) !== columns || graph.uses(sum) !== 1) continue
    const above = graph.producer(sum)
    const matrix = above?.op === 'Reshape' ? (above.inputs[0] as Value) : sum
    const made = graph.producer(matrix)
    const fits = matrix.shape.length === 2 && matrix.shape[1] === columns && sameShape(sum.shape, out.shape)
    if (!isProduct(made) || made.attrs.alpha !== undefined || !fits) continue
    if (matrix !== sum && graph.uses(matrix) > 1) continue
    const { a, b, transposeA, transposeB } = factorsOf(made)
    const row = bias.shape.length === 1 ? bias : graph.node('Reshape', [bias], { shape: [columns] })
    const gemm = graph.node('Gemm', [a, b, row], { transposeA, transposeB })
    return matrix === sum ? gemm : graph.node('Reshape', [gemm], { shape: out.shape })
  }
  return undefined
}

/**
 * One 2-D Gemm per linear layer; transpositions and constant factors go into the product that reads them.
 * Products keep their operands' values, so the result differs by rounding only.
 */
export const matrixProducts: Pass = {
  name: 'matrix products',
  run: (graph) =>
    rewrite(graph, (node, builder) => {
      const [out] = node.outputs
      if (out === undefined) return undefined
      if (!isProduct(node)) {
        const found = scaledProduct(node, builder) ?? biased(node, builder)
        return found && [found]
      }
      const given = factorsOf(node)
      const factors = withOperands(given, builder)
      const flat = flattened(factors, out, builder)
      if (flat !== undefined) return [flat]
      return factors === given ? undefined : [product(factors, builder)]
    }),
}
