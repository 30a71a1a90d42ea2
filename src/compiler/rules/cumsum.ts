import { emptyData, sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

type CumsumAttrs = { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }

/** Running sums along one axis (ONNX CumSum 14). */
export const cumsum: Rule<CumsumAttrs> = {
  op: 'Cumsum',
  kernel: {
    operands: ['x'],
    attrs(raw, inputs) {
      const rank = operand(inputs, 0).shape.length
      const axis = (Number(raw.axis) + rank) % rank
      return { axis, exclusive: raw.exclusive === true, reverse: raw.reverse === true }
    },
  },
  infer(inputs, { axis }) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(dtype !== 'bool' && axis < shape.length, 'takes numbers and an axis of its operand')
    return [{ dtype, shape }]
  },
  evaluate(inputs, { axis, exclusive, reverse }) {
    const x = operand(inputs, 0)
    const out = emptyData(x.dtype, x.data.length)
    const [length, inner] = [at(x.shape, axis), sizeOf(x.shape.slice(axis + 1))]
    for (let row = 0; row < x.data.length / length; row++) {
      const start = Math.floor(row / inner) * length * inner + (row % inner)
      let sum = 0
      for (let k = 0; k < length; k++) {
        const i = start + (reverse ? length - 1 - k : k) * inner
        const next = sum + at(x.data, i)
        out[i] = exclusive ? sum : next
        sum = next
      }
    }
    return [out]
  },
  lower(onnx, { axis, exclusive, reverse }) {
    const attrs = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 }
    onnx.emit('CumSum', [onnx.input(0), onnx.int64([axis])], attrs, { output: onnx.output })
  },
}
