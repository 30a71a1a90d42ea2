import { unary } from './unary.ts'

export const relu6 = unary({
  op: 'Relu6',
  compute: (x) => Math.min(Math.max(x, 0), 6),
  lower: (onnx) => {
    const bounds = [onnx.scalar(0, 'float32'), onnx.scalar(6, 'float32')]
    onnx.emit('Clip', [onnx.input(0), ...bounds], {}, { output: onnx.output })
  },
  zeroPreserving: true,
})
