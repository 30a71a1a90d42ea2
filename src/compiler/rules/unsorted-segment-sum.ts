import { emptyData, sizeOf } from '../ir.ts'
import { onnxDType } from '../onnx-dtype.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Sums the slices of axis 0 that carry the same id; ids outside [0, numSegments) are dropped. */
export const unsortedSegmentSum: Rule<{ readonly numSegments: number }> = {
  op: 'UnsortedSegmentSum',
  kernel: { operands: ['x', 'segmentIds'], attrs: (raw) => ({ numSegments: Number(raw.numSegments) }) },
  infer(inputs, { numSegments }) {
    arity(inputs, 2)
    const [x, ids] = [operand(inputs, 0), operand(inputs, 1)]
    const fits = ids.shape.length === 1 && ids.shape[0] === x.shape[0]
    need(fits && ids.dtype === 'int32' && x.dtype === 'float32', 'takes float32 slices and one int32 id for each')
    return [{ dtype: x.dtype, shape: [numSegments, ...x.shape.slice(1)] }]
  },
  evaluate(inputs, { numSegments }, outputs) {
    const [x, ids] = [operand(inputs, 0), operand(inputs, 1)]
    const sums = new Float64Array(sizeOf(operand(outputs, 0).shape))
    const block = sizeOf(x.shape.slice(1))
    ids.data.forEach((id, row) => {
      if (id < 0 || id >= numSegments) return
      for (let i = 0; i < block; i++) sums[id * block + i] = at(sums, id * block + i) + at(x.data, row * block + i)
    })
    const out = emptyData('float32', sums.length)
    out.set(sums)
    return [out]
  },
  // A product with the one-hot ids: the order of summation is fixed, and negative ids match no segment.
  lower(onnx, { numSegments }) {
    const [x, shape] = [onnx.inputTypes[0], onnx.outputTypes[0]?.shape ?? []]
    const segments = onnx.emit('Cast', [onnx.int64([...Array(numSegments).keys()])], { to: onnxDType.int32 })
    const column = onnx.emit('Unsqueeze', [segments, onnx.int64([1])])
    const hits = onnx.emit('Cast', [onnx.emit('Equal', [column, onnx.input(1)])], { to: onnxDType.float32 })
    const rows = onnx.emit('Reshape', [onnx.input(0), onnx.int64([x?.shape[0] ?? 0, sizeOf(shape.slice(1))])])
    const sums = onnx.emit('MatMul', [hits, rows])
    onnx.emit('Reshape', [sums, onnx.int64(shape)], {}, { output: onnx.output })
  },
}
