import { emptyData, sizeOf } from '../ir.ts'
import { onnxDType } from '../onnx-dtype.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** The rule of ArgMax or ArgMin: int32 index of the first extremum along one axis, which is dropped. */
export const extremumIndex = (
  op: 'ArgMax' | 'ArgMin',
  better: (x: number, best: number) => boolean,
): Rule<{ readonly axis: number }> => ({
  op,
  kernel: {
    operands: ['x'],
    attrs(raw, inputs) {
      const rank = operand(inputs, 0).shape.length
      return { axis: (Number(raw.axis) + rank) % rank }
    },
  },
  infer(inputs, { axis }) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(dtype !== 'bool' && axis < shape.length, 'takes numbers and an axis of its operand')
    return [{ dtype: 'int32', shape: shape.filter((_, a) => a !== axis) }]
  },
  evaluate(inputs, { axis }, outputs) {
    const x = operand(inputs, 0)
    const out = emptyData('int32', sizeOf(operand(outputs, 0).shape))
    const [length, inner] = [at(x.shape, axis), sizeOf(x.shape.slice(axis + 1))]
    for (let i = 0; i < out.length; i++) {
      const start = Math.floor(i / inner) * length * inner + (i % inner)
      let best = 0
      for (let k = 1; k < length; k++)
        if (better(at(x.data, start + k * inner), at(x.data, start + best * inner))) best = k
      out[i] = best
    }
    return [out]
  },
  lower(onnx, { axis }) {
    const index = onnx.emit(op, onnx.inputs, { axis, keepdims: 0 })
    onnx.emit('Cast', [index], { to: onnxDType.int32 }, { output: onnx.output })
  },
})
