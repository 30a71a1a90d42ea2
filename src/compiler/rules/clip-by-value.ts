import { parametricUnary } from './parametric-unary.ts'

export const clipByValue = parametricUnary({
  op: 'ClipByValue',
  attrs: (raw) => ({ min: Number(raw.clipValueMin), max: Number(raw.clipValueMax) }),
  compute: (x, { min, max }) => Math.min(Math.max(x, min), max),
  lower: (onnx, { min, max }) => {
    const dtype = onnx.outputTypes[0]?.dtype ?? 'float32'
    const bounds = [onnx.scalar(min, dtype), onnx.scalar(max, dtype)]
    onnx.emit('Clip', [onnx.input(0), ...bounds], {}, { output: onnx.output })
  },
  accepts: ['float32', 'int32'],
})
