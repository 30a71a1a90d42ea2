import { sizeOf } from '../ir.ts'
import { flatIndex } from './flat-index.ts'
import { type Expansion, operand } from './rule.ts'

/** Zeros of `shape` with the updates added at the places that the last axis of `indices` names. */
export const scatterNd: Expansion = {
  kernel: 'ScatterNd',
  operands: ['indices', 'updates'],
  expand(add, inputs, raw) {
    const [indices, updates] = [operand(inputs, 0), operand(inputs, 1)]
    const shape = raw.shape as readonly number[]
    const index = flatIndex(add, indices, shape)
    const k = operand(indices.shape, indices.shape.length - 1)
    const [outer, inner] = [shape.slice(0, k), shape.slice(k)]
    const ids = add.node('Reshape', [index], { shape: [sizeOf(index.shape)] })
    const rows = add.node('Reshape', [updates], { shape: [sizeOf(index.shape), ...inner] })
    const sums = add.node('UnsortedSegmentSum', [rows, ids], { numSegments: sizeOf(outer) })
    return [add.node('Reshape', [sums], { shape })]
  },
}
