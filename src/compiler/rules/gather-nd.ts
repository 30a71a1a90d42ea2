import { sizeOf } from '../ir.ts'
import { flatIndex } from './flat-index.ts'
import { type Expansion, operand } from './rule.ts'

/** Slices of `params` at the places that the last axis of `indices` names. */
export const gatherNd: Expansion = {
  kernel: 'GatherNd',
  operands: ['params', 'indices'],
  expand(add, inputs) {
    const [params, indices] = [operand(inputs, 0), operand(inputs, 1)]
    const index = flatIndex(add, indices, params.shape)
    const k = operand(indices.shape, indices.shape.length - 1)
    const [outer, inner] = [params.shape.slice(0, k), params.shape.slice(k)]
    const rows = add.node('Reshape', [params], { shape: [sizeOf(outer), ...inner] })
    return [add.node('GatherV2', [rows, index], { axis: 0 })]
  },
}
