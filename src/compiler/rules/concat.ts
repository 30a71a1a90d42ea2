import { emptyData, sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { need, operand, type Rule } from './rule.ts'

export const concat: Rule<{ readonly axis: number }> = {
  op: 'Concat',
  kernel: {
    operands: 'list',
    attrs(raw, inputs) {
      const rank = operand(inputs, 0).shape.length
      return { axis: (Number(raw.axis) + rank) % rank }
    },
  },
  infer(inputs, { axis }) {
    const first = operand(inputs, 0)
    const fits = inputs.every(
      ({ dtype, shape }) =>
        dtype === first.dtype &&
        shape.length === first.shape.length &&
        shape.every((length, a) => a === axis || length === first.shape[a]),
    )
    need(fits && axis < first.shape.length, 'takes tensors that differ along the joined axis only')
    const length = inputs.reduce((sum, { shape }) => sum + at(shape, axis), 0)
    return [{ dtype: first.dtype, shape: first.shape.with(axis, length) }]
  },
  evaluate(inputs, { axis }, outputs) {
    const { dtype, shape } = operand(outputs, 0)
    const out = emptyData(dtype, sizeOf(shape))
    const outer = sizeOf(shape.slice(0, axis))
    let position = 0
    for (let o = 0; o < outer; o++)
      for (const { data } of inputs) {
        const block = data.length / outer
        out.set(data.subarray(o * block, (o + 1) * block), position)
        position += block
      }
    return [out]
  },
  lower(onnx, { axis }) {
    onnx.emit('Concat', onnx.inputs, { axis }, { output: onnx.output })
  },
}
