import { unary } from './unary.ts'

const alpha = 1.6732632423543772
const scale = 1.0507009873554805

export const selu = unary({
  op: 'Selu',
  compute: (x) => scale * (x >= 0 ? x : alpha * Math.expm1(x)),
  lower: (onnx) => {
    onnx.emit('Selu', onnx.inputs, { alpha: { float: alpha }, gamma: { float: scale } }, { output: onnx.output })
  },
  zeroPreserving: true,
})
