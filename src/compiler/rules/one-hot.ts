import { emptyData, sizeOf } from '../ir.ts'
import { onnxDType } from '../onnx-dtype.ts'
import { at } from '../shape.ts'
import { arity, type DType, need, operand, type Rule } from './rule.ts'

type OneHotAttrs = {
  readonly depth: number
  readonly onValue: number
  readonly offValue: number
  readonly dtype: DType
}

/** A new last axis of `depth`, `onValue` at the index; indices outside give `offValue` everywhere. */
export const oneHot: Rule<OneHotAttrs> = {
  op: 'OneHot',
  kernel: {
    operands: ['indices'],
    attrs: (raw) => ({
      depth: Number(raw.depth),
      onValue: Number(raw.onValue),
      offValue: Number(raw.offValue),
      dtype: String(raw.dtype ?? 'int32') as DType,
    }),
  },
  infer(inputs, { depth, dtype }) {
    arity(inputs, 1)
    const indices = operand(inputs, 0)
    need(indices.dtype === 'int32' && dtype in onnxDType, 'takes int32 indices')
    return [{ dtype, shape: [...indices.shape, depth] }]
  },
  evaluate(inputs, { depth, onValue, offValue }, outputs) {
    const [indices, { dtype, shape }] = [operand(inputs, 0), operand(outputs, 0)]
    const out = emptyData(dtype, sizeOf(shape)).fill(offValue)
    for (let i = 0; i < indices.data.length; i++) {
      const index = at(indices.data, i)
      if (index >= 0 && index < depth) out[i * depth + index] = onValue
    }
    return [out]
  },
  // ONNX OneHot exists for few dtypes and no WebGPU, and wraps negative indices: a comparison does neither.
  lower(onnx, { depth, onValue, offValue, dtype }) {
    const column = onnx.emit('Unsqueeze', [onnx.input(0), onnx.int64([-1])])
    const classes = onnx.emit('Cast', [onnx.int64([...Array(depth).keys()])], { to: onnxDType.int32 })
    const hit = onnx.emit('Equal', [column, classes])
    if (onValue === 1 && offValue === 0) onnx.emit('Cast', [hit], { to: onnxDType[dtype] }, { output: onnx.output })
    else {
      const levels = [onnx.scalar(onValue, dtype), onnx.scalar(offValue, dtype)]
      onnx.emit('Where', [hit, ...levels], {}, { output: onnx.output })
    }
  },
}
