import { describeType } from '../ir.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'
import { stridedRead } from './strided-read.ts'

export type SliceAttrs = { readonly begin: readonly number[]; readonly size: readonly number[] }

/** The box of `size` from `begin`; both list every axis. */
export const slice: Rule<SliceAttrs> = {
  op: 'Slice',
  kernel: {
    operands: ['x'],
    attrs(raw, inputs) {
      const { shape } = operand(inputs, 0)
      const listed = (value: unknown) => (Array.isArray(value) ? (value as number[]) : [Number(value)])
      const begin = shape.map((_, axis) => listed(raw.begin)[axis] ?? 0)
      const size = shape.map((length, axis) => {
        const asked = listed(raw.size ?? [])[axis] ?? -1
        return asked === -1 ? length - at(begin, axis) : asked
      })
      return { begin, size }
    },
  },
  zeroPreserving: [0],
  infer(inputs, { begin, size }) {
    arity(inputs, 1)
    const x = operand(inputs, 0)
    const inside = x.shape.every(
      (length, axis) => at(begin, axis) >= 0 && at(size, axis) >= 0 && at(begin, axis) + at(size, axis) <= length,
    )
    need(
      inside && begin.length === x.shape.length && size.length === x.shape.length,
      `box [${begin.join(',')}] + [${size.join(',')}] is not inside ${describeType(x)}`,
    )
    return [{ dtype: x.dtype, shape: size }]
  },
  evaluate: (inputs, { begin }, outputs) => {
    const x = operand(inputs, 0)
    return [
      stridedRead(
        x,
        begin,
        x.shape.map(() => 1),
        operand(outputs, 0),
      ),
    ]
  },
  lower(onnx, { begin, size }) {
    const shape = onnx.inputTypes[0]?.shape ?? []
    const axes = shape.flatMap((length, axis) => (at(size, axis) === length ? [] : [axis]))
    if (axes.length === 0) {
      onnx.emit('Identity', onnx.inputs, {}, { output: onnx.output })
      return
    }
    const starts = onnx.int64(axes.map((axis) => at(begin, axis)))
    const ends = onnx.int64(axes.map((axis) => at(begin, axis) + at(size, axis)))
    onnx.emit('Slice', [onnx.input(0), starts, ends, onnx.int64(axes)], {}, { output: onnx.output })
  },
}
