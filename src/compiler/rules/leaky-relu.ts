import { parametricUnary } from './parametric-unary.ts'

export const leakyRelu = parametricUnary({
  op: 'LeakyRelu',
  attrs: (raw) => ({ alpha: Number(raw.alpha) }),
  compute: (x, { alpha }) => (x < 0 ? alpha * x : x),
  lower: (onnx, { alpha }) => {
    onnx.emit('LeakyRelu', onnx.inputs, { alpha: { float: alpha } }, { output: onnx.output })
  },
})
