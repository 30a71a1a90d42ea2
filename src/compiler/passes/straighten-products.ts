import type { Value } from '../ir.ts'
import { type Pass, rewrite } from './pass.ts'

/** Multiplications from which the faster product outweighs the copy that it needs. */
const worthwhile = 2 ** 22

/**
 * Big 2-D products of a transposed left matrix, such as weight gradients, become a transposition and a plain product:
 * MLAS reads a transposed left matrix a third slower. aᵀ·b or, where b is the narrower one, (bᵀ·a)ᵀ.
 */
export const straightenProducts: Pass = {
  name: 'straighten products',
  run: (graph) =>
    rewrite(graph, ({ op, inputs, attrs }, builder) => {
      const [a, b] = inputs
      if (op !== 'BatchMatMul' || attrs.transposeA !== true || attrs.transposeB === true) return undefined
      if (a?.shape.length !== 2 || b?.shape.length !== 2) return undefined
      const [[inner = 0, rows = 0], [, columns = 0]] = [a.shape, b.shape]
      if (inner * rows * columns < worthwhile) return undefined
      const transpose = (value: Value) => builder.node('Transpose', [value], { perm: [1, 0] })
      const product = (left: Value, right: Value) =>
        builder.node('BatchMatMul', [transpose(left), right], { transposeA: false, transposeB: false })
      return [rows <= columns ? product(a, b) : transpose(product(b, a))]
    }),
}
