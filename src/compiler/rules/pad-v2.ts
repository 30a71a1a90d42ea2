import { emptyData, sizeOf } from '../ir.ts'
import { at, forEachOffset, stridesOf } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

export type PadAttrs = {
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly value: number
}

/** Surrounds a tensor with a constant. */
export const padV2: Rule<PadAttrs> = {
  op: 'PadV2',
  kernel: {
    operands: ['x'],
    attrs(raw) {
      const paddings = raw.paddings as readonly (readonly [number, number])[]
      return { before: paddings.map(([b]) => b), after: paddings.map(([, a]) => a), value: Number(raw.constantValue) }
    },
  },
  infer(inputs, { before, after }) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    need(before.length === shape.length && [...before, ...after].every((p) => p >= 0), 'has a padding for every axis')
    need(dtype !== 'bool', 'takes numbers')
    return [{ dtype, shape: shape.map((length, axis) => length + at(before, axis) + at(after, axis)) }]
  },
  evaluate(inputs, { before, value }, outputs) {
    const [x, { dtype, shape }] = [operand(inputs, 0), operand(outputs, 0)]
    const out = emptyData(dtype, sizeOf(shape)).fill(value)
    const strides = stridesOf(shape)
    const start = before.reduce((offset, b, axis) => offset + b * at(strides, axis), 0)
    forEachOffset(x.shape, [strides], (i, [to]) => {
      out[start + (to as number)] = at(x.data, i)
    })
    return [out]
  },
  lower(onnx, { before, after, value }) {
    // ONNX Runtime 1.30 merges a frame of zeros into the MaxPool after it, where padding never wins but zeros may; not of −0.
    const fill = onnx.scalar(value === 0 ? -0 : value, onnx.outputTypes[0]?.dtype ?? 'float32')
    onnx.emit('Pad', [onnx.input(0), onnx.int64([...before, ...after]), fill], {}, { output: onnx.output })
  },
}
