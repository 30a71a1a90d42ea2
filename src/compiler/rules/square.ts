import { unary } from './unary.ts'

export const square = unary({
  op: 'Square',
  compute: (x) => x * x,
  lower: (onnx) => {
    onnx.emit('Mul', [onnx.input(0), onnx.input(0)], {}, { output: onnx.output })
  },
  accepts: ['float32', 'int32'],
  zeroPreserving: true,
})
