import { stridesOf } from '../shape.ts'
import { type NodeAdder, need, operand, type Value } from './rule.ts'

/**
 * The last axis of int32 `indices` `[..., k]` as one index into the first k axes of `shape`, flattened.
 * @returns `[...]`
 */
export function flatIndex(add: NodeAdder, indices: Value, shape: readonly number[]): Value {
  const rank = indices.shape.length
  const k = operand(indices.shape, rank - 1)
  need(indices.dtype === 'int32' && k >= 1 && k <= shape.length, 'takes int32 indices of axes that its operand has')
  const strides = add.constant('int32', [k], Int32Array.from(stridesOf(shape.slice(0, k))))
  const weighted = add.node('Multiply', [indices, strides])
  return add.node('Sum', [weighted], { axes: [rank - 1], keepDims: false })
}
