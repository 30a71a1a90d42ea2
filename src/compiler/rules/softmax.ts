import { at } from '../shape.ts'
import { alongLastAxis, logSumExp } from './along-last-axis.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Over the last axis (ONNX Softmax 13). */
export const softmax: Rule = {
  op: 'Softmax',
  kernel: {
    operands: ['logits'],
    attrs(raw, inputs) {
      const rank = operand(inputs, 0).shape.length
      need((Number(raw.dim) + rank) % rank === rank - 1, 'works on the last axis; transpose first')
      return {}
    },
  },
  infer(inputs) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(dtype === 'float32' && shape.length > 0, 'takes a float32 tensor of rank 1 or more')
    return [{ dtype, shape }]
  },
  evaluate: (inputs) => [
    alongLastAxis(operand(inputs, 0), (data, start, length, out) => {
      const total = logSumExp(data, start, length)
      for (let i = start; i < start + length; i++) out[i] = Math.exp(at(data, i) - total)
    }),
  ],
  lower(onnx) {
    onnx.emit('Softmax', onnx.inputs, { axis: -1 }, { output: onnx.output })
  },
}
