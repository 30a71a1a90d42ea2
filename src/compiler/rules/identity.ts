import { arity, operand, type Rule } from './rule.ts'

export const identity: Rule = {
  op: 'Identity',
  kernel: { operands: ['x'] },
  elementwise: true,
  zeroPreserving: [0],
  infer(inputs) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    return [{ dtype, shape }]
  },
  evaluate: (inputs) => [operand(inputs, 0).data.slice()],
  lower: (onnx) => {
    onnx.emit('Identity', onnx.inputs, {}, { output: onnx.output })
  },
}
