import { onnxDType } from '../onnx-dtype.ts'
import { parametricUnary } from './parametric-unary.ts'
import { type DType, need } from './rule.ts'

/** float32 → int32 cuts towards zero; anything → bool is "not zero". */
export const cast = parametricUnary({
  op: 'Cast',
  attrs: (raw) => {
    const dtype = String(raw.dtype)
    need(dtype in onnxDType, `${dtype} tensors cannot be compiled`)
    return { dtype: dtype as DType }
  },
  compute: (x, { dtype }) => (dtype === 'bool' ? (x === 0 ? 0 : 1) : dtype === 'int32' ? Math.trunc(x) : x),
  lower: (onnx, { dtype }) => {
    onnx.emit('Cast', onnx.inputs, { to: onnxDType[dtype] }, { output: onnx.output })
  },
  accepts: ['float32', 'float16', 'bfloat16', 'int32', 'bool'],
  result: ({ dtype }) => dtype,
})
