import { emptyData, sizeOf } from '../ir.ts'
import { onnxDType } from '../onnx-dtype.ts'
import { arity, type DType, need, type Rule } from './rule.ts'

export type FillAttrs = { readonly shape: readonly number[]; readonly value: number; readonly dtype: DType }

/** A tensor of one repeated value. */
export const fill: Rule<FillAttrs> = {
  op: 'Fill',
  kernel: {
    operands: [],
    attrs(raw) {
      const dtype = String(raw.dtype ?? 'float32')
      need(dtype in onnxDType, `${dtype} tensors cannot be compiled`)
      return { shape: raw.shape as readonly number[], value: Number(raw.value), dtype: dtype as DType }
    },
  },
  infer(inputs, { shape, dtype }) {
    arity(inputs, 0)
    return [{ dtype, shape }]
  },
  evaluate: (_inputs, { shape, value, dtype }) => [emptyData(dtype, sizeOf(shape)).fill(value)],
  lower(onnx, { shape, value, dtype }) {
    const scalar = onnx.scalar(value, dtype)
    if (shape.length === 0) onnx.emit('Identity', [scalar], {}, { output: onnx.output })
    else onnx.emit('Expand', [scalar, onnx.int64(shape)], {}, { output: onnx.output })
  },
}
