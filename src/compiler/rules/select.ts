import { emptyData, sizeOf } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** `t` where the bool condition holds, else `e`; all three broadcast. */
export const select: Rule = {
  op: 'Select',
  kernel: { operands: ['condition', 't', 'e'] },
  elementwise: true,
  infer(inputs) {
    arity(inputs, 3)
    const [condition, t, e] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    const branches = broadcastShapes(t.shape, e.shape)
    const shape = branches && broadcastShapes(condition.shape, branches)
    need(condition.dtype === 'bool' && t.dtype === e.dtype && shape !== undefined, 'takes a bool and two like tensors')
    return [{ dtype: t.dtype, shape }]
  },
  evaluate(inputs, _attrs, outputs) {
    const [condition, t, e] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    const { dtype, shape } = operand(outputs, 0)
    const out = emptyData(dtype, sizeOf(shape))
    const strides = [condition, t, e].map((x) => broadcastStrides(x.shape, shape))
    forEachOffset(shape, strides, (i, [c, x, y]) => {
      out[i] = at(condition.data, c as number) ? at(t.data, x as number) : at(e.data, y as number)
    })
    return [out]
  },
  lower(onnx) {
    onnx.emit('Where', onnx.inputs, {}, { output: onnx.output })
  },
}
