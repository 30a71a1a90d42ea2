import { emptyData, sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Takes slices of x along `axis` by int32 indices in [0, length). */
export const gatherV2: Rule<{ readonly axis: number }> = {
  op: 'GatherV2',
  infer(inputs, { axis }) {
    arity(inputs, 2)
    const [x, indices] = [operand(inputs, 0), operand(inputs, 1)]
    need(indices.dtype === 'int32' && axis < x.shape.length, 'takes int32 indices and an axis of its operand')
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }]
  },
  evaluate(inputs, { axis }, outputs) {
    const [x, indices, { shape }] = [operand(inputs, 0), operand(inputs, 1), operand(outputs, 0)]
    const out = emptyData(x.dtype, sizeOf(shape))
    const [outer, length] = [sizeOf(x.shape.slice(0, axis)), at(x.shape, axis)]
    const block = sizeOf(x.shape.slice(axis + 1))
    let position = 0
    for (let o = 0; o < outer; o++)
      for (const index of indices.data) {
        const from = (o * length + index) * block
        out.set(x.data.subarray(from, from + block), position)
        position += block
      }
    return [out]
  },
  lower(onnx, { axis }) {
    onnx.emit('Gather', onnx.inputs, { axis }, { output: onnx.output })
  },
}
