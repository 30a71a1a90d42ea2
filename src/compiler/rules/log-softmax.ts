import { at } from '../shape.ts'
import { alongLastAxis, logSumExp } from './along-last-axis.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Over the last axis. Lowered as x − max − log Σ exp: ONNX LogSoftmax is missing on WebGPU and in bf16. */
export const logSoftmax: Rule = {
  op: 'LogSoftmax',
  kernel: { operands: ['logits'] },
  infer(inputs) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(dtype === 'float32' && shape.length > 0, 'takes a float32 tensor of rank 1 or more')
    return [{ dtype, shape }]
  },
  evaluate: (inputs) => [
    alongLastAxis(operand(inputs, 0), (data, start, length, out) => {
      const total = logSumExp(data, start, length)
      for (let i = start; i < start + length; i++) out[i] = at(data, i) - total
    }),
  ],
  lower(onnx) {
    const axes = onnx.int64([-1])
    const shifted = onnx.emit('Sub', [onnx.input(0), onnx.emit('ReduceMax', [onnx.input(0), axes], { keepdims: 1 })])
    const sum = onnx.emit('ReduceSum', [onnx.emit('Exp', [shifted]), axes], { keepdims: 1 })
    onnx.emit('Sub', [shifted, onnx.emit('Log', [sum])], {}, { output: onnx.output })
  },
}
