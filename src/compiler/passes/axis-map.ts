import type { Node } from '../ir.ts'
import { ruleOf } from '../rules/index.ts'
import { at } from '../shape.ts'

/** The operand does not vary along this axis of the result. */
export const constantAlong = -1
/** Positions along this axis of the result depend on each other, so it cannot be narrowed. */
export const mixed = -2

const reductions = new Set(['Sum', 'Mean', 'Max', 'Min', 'Prod', 'SumSquare'])

/** Operand axes that broadcast to the result's: aligned from the right, `skip` trailing axes left out. */
const aligned = (shape: readonly number[], out: readonly number[], skip = 0): number[] =>
  out.slice(0, out.length - skip).map((length, axis) => {
    const own = axis - out.length + shape.length
    return own >= 0 && shape[own] === length && length !== 1 ? own : constantAlong
  })

/**
 * For each axis of the node's first output, the axis of operand `index` that moves along with it, position by
 * position; `constantAlong` or `mixed` where there is none. Undefined for ops whose positions are not followed.
 */
export function axisMap(node: Node, index: number): readonly number[] | undefined {
  const [shape, out] = [node.inputs[index]?.shape, node.outputs[0]?.shape]
  if (shape === undefined || out === undefined) return undefined
  const last = out.length - 1
  if (ruleOf(node.op).elementwise === true) return aligned(shape, out)
  if (node.op === 'Transpose') return node.attrs.perm as readonly number[]
  if (node.op === 'Softmax') return out.map((_, axis) => (axis === last ? mixed : axis))
  if (node.op === 'LayerNormalization')
    return out.map((_, axis) => (axis === last ? mixed : index === 0 ? axis : constantAlong))
  if (reductions.has(node.op)) {
    const axes = node.attrs.axes as readonly number[]
    if (node.attrs.keepDims === true) return out.map((_, axis) => (axes.includes(axis) ? mixed : axis))
    return shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
  }
  if (node.op !== 'BatchMatMul' && node.op !== 'FusedMatMul' && node.op !== 'Gemm') return undefined
  if (index === 2) return aligned(shape, out)
  const rank = shape.length
  const transposed = (index === 0 ? node.attrs.transposeA : node.attrs.transposeB) === true
  const [rows, columns] = transposed ? [rank - 1, rank - 2] : [rank - 2, rank - 1]
  const own = index === 0 ? [rows, constantAlong] : [constantAlong, columns]
  return [...aligned(shape, out, 2), ...own]
}

/** The axis of each operand that is summed over; none when the node sums nothing away. */
export function summedAxes(node: Node): readonly (readonly number[])[] {
  if (node.op === 'Sum' || node.op === 'SumSquare') return [node.attrs.axes as readonly number[]]
  if (node.op !== 'BatchMatMul' && node.op !== 'FusedMatMul') return []
  const ranks = node.inputs.map(({ shape }) => shape.length)
  return [
    [at(ranks, 0) - (node.attrs.transposeA === true ? 2 : 1)],
    [at(ranks, 1) - (node.attrs.transposeB === true ? 1 : 2)],
  ]
}
