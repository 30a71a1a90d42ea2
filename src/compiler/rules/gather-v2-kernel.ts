import { sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { type Expansion, type NodeAdder, operand, type Value } from './rule.ts'

/**
 * tf.gather. With `batchDims` b, the leading b axes of x and of the indices walk together: they become one axis,
 * and each index is shifted to its own example.
 */
export const gatherV2Kernel: Expansion = {
  kernel: 'GatherV2',
  operands: ['x', 'indices'],
  expand(add, inputs, raw) {
    const [x, indices] = [operand(inputs, 0), operand(inputs, 1)]
    const rank = x.shape.length
    const axis = (Number(raw.axis) + rank) % rank
    const shared = (Number(raw.batchDims ?? 0) + indices.shape.length) % indices.shape.length || 0
    if (shared === 0) return [add.node('GatherV2', [x, indices], { axis })]
    const batch = x.shape.slice(0, shared)
    const outer = x.shape.slice(shared, axis)
    const axes = x.shape.map((_, a) => a)
    const first = [...axes.slice(0, shared), axis, ...axes.slice(shared, axis), ...axes.slice(axis + 1)]
    const moved = add.node('Transpose', [x], { perm: first })
    const rows = add.node('Reshape', [moved], {
      shape: [sizeOf(batch) * at(x.shape, axis), ...moved.shape.slice(shared + 1)],
    })
    const taken = add.node('GatherV2', [rows, shifted(add, indices, shared, at(x.shape, axis))], { axis: 0 })
    const free = indices.shape.length - shared
    const back = taken.shape.map((_, a) => a)
    const perm = [
      ...back.slice(0, shared),
      ...back.slice(shared + free, shared + free + outer.length),
      ...back.slice(shared, shared + free),
      ...back.slice(shared + free + outer.length),
    ]
    return [add.node('Transpose', [taken], { perm })]
  },
}

/** The indices plus `length` for each example before theirs. */
function shifted(add: NodeAdder, indices: Value, shared: number, length: number): Value {
  const batch = indices.shape.slice(0, shared)
  const starts = Int32Array.from({ length: sizeOf(batch) }, (_, i) => i * length)
  const shape = [...batch, ...indices.shape.slice(shared).map(() => 1)]
  return add.node('Add', [indices, add.constant('int32', shape, starts)])
}
