import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'
import { stridedRead } from './strided-read.ts'

type StridedSliceAttrs = {
  readonly begin: readonly number[]
  readonly size: readonly number[]
  readonly steps: readonly number[]
}

/** `size[i]` elements of axis i from `begin[i]`, `steps[i]` apart (negative steps walk backwards). */
export const stridedSlice: Rule<StridedSliceAttrs> = {
  op: 'StridedSlice',
  infer(inputs, { begin, size, steps }) {
    arity(inputs, 1)
    const x = operand(inputs, 0)
    const inside = x.shape.every((length, axis) => {
      const last = at(begin, axis) + (at(size, axis) - 1) * at(steps, axis)
      return at(size, axis) === 0 || (at(begin, axis) >= 0 && at(begin, axis) < length && last >= 0 && last < length)
    })
    need(inside && size.length === x.shape.length && steps.every((s) => s !== 0), 'reads outside its operand')
    return [{ dtype: x.dtype, shape: size }]
  },
  evaluate: (inputs, { begin, steps }, outputs) => [stridedRead(operand(inputs, 0), begin, steps, operand(outputs, 0))],
  lower(onnx, { begin, size, steps }) {
    // An end before index 0 must be written far below, for -1 would count from the back.
    const ends = size.map((count, axis) => {
      const end = at(begin, axis) + count * at(steps, axis)
      return end < 0 ? -(2 ** 31) : end
    })
    const parts = [onnx.int64(begin), onnx.int64(ends), onnx.int64(begin.map((_, axis) => axis)), onnx.int64(steps)]
    onnx.emit('Slice', [onnx.input(0), ...parts], {}, { output: onnx.output })
  },
}
