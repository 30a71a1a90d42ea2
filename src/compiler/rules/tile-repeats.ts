import { emptyData, sizeOf } from '../ir.ts'
import { at, forEachOffset, stridesOf } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Repeats a tensor `reps[i]` times along axis i. */
export const tileRepeats: Rule<{ readonly reps: readonly number[] }> = {
  op: 'Tile',
  infer(inputs, { reps }) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(reps.length === shape.length && reps.every((r) => r >= 1), 'has a repeat count of at least 1 for every axis')
    return [{ dtype, shape: shape.map((length, axis) => length * at(reps, axis)) }]
  },
  evaluate(inputs, _attrs, outputs) {
    const [x, { shape }] = [operand(inputs, 0), operand(outputs, 0)]
    const [strides, outStrides] = [stridesOf(x.shape), stridesOf(shape)]
    const out = emptyData(x.dtype, sizeOf(shape))
    forEachOffset(shape, [], (i) => {
      const from = strides.reduce(
        (sum, stride, axis) => sum + (Math.floor(i / at(outStrides, axis)) % at(x.shape, axis)) * stride,
        0,
      )
      out[i] = at(x.data, from)
    })
    return [out]
  },
  lower(onnx, { reps }) {
    onnx.emit('Tile', [onnx.input(0), onnx.int64(reps)], {}, { output: onnx.output })
  },
}
