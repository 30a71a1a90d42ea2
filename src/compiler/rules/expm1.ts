import { unary } from './unary.ts'

export const expm1 = unary({
  op: 'Expm1',
  compute: Math.expm1,
  // ONNX has no expm1: exp(x) - 1 = 2 tanh(x / 2) / (1 - tanh(x / 2)) keeps its digits near 0, where it is used.
  lower: (onnx) => {
    const [x, one] = [onnx.input(0), onnx.scalar(1, 'float32')]
    const tanh = onnx.emit('Tanh', [onnx.emit('Mul', [x, onnx.scalar(0.5, 'float32')])])
    const near = onnx.emit('Div', [onnx.emit('Add', [tanh, tanh]), onnx.emit('Sub', [one, tanh])])
    const far = onnx.emit('Sub', [onnx.emit('Exp', [x]), one])
    const small = onnx.emit('Less', [onnx.emit('Abs', [x]), one])
    onnx.emit('Where', [small, near, far], {}, { output: onnx.output })
  },
  zeroPreserving: true,
})
