import { describeType, sizeOf } from '../ir.ts'
import { arity, need, operand, type Rule } from './rule.ts'

export const reshape: Rule<{ readonly shape: readonly number[] }> = {
  op: 'Reshape',
  kernel: {
    operands: ['x'],
    attrs(raw, inputs) {
      const shape = raw.shape as readonly number[]
      const known = sizeOf(shape.filter((length) => length !== -1))
      const size = sizeOf(operand(inputs, 0).shape)
      return { shape: shape.map((length) => (length === -1 ? size / known : length)) }
    },
  },
  infer(inputs, { shape }) {
    arity(inputs, 1)
    const x = operand(inputs, 0)
    need(sizeOf(shape) === sizeOf(x.shape), `cannot give ${describeType(x)} the shape [${shape.join(',')}]`)
    return [{ dtype: x.dtype, shape }]
  },
  evaluate: (inputs) => [operand(inputs, 0).data.slice()],
  lower(onnx, { shape }) {
    onnx.emit('Reshape', [onnx.input(0), onnx.int64(shape)], { allowzero: 1 }, { output: onnx.output })
  },
}
