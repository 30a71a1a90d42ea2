import { unary } from './unary.ts'

export const rsqrt = unary({
  op: 'Rsqrt',
  compute: (x) => 1 / Math.sqrt(x),
  lower: (onnx) => {
    onnx.emit('Reciprocal', [onnx.emit('Sqrt', onnx.inputs)], {}, { output: onnx.output })
  },
})
