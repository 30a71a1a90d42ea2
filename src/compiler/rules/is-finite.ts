import { unary } from './unary.ts'

export const isFinite_ = unary({
  op: 'IsFinite',
  compute: (x) => (Number.isFinite(x) ? 1 : 0),
  lower: (onnx) => {
    const unusual = onnx.emit('Or', [onnx.emit('IsInf', onnx.inputs), onnx.emit('IsNaN', onnx.inputs)])
    onnx.emit('Not', [unusual], {}, { output: onnx.output })
  },
  result: 'bool',
})
