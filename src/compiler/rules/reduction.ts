import { describeType, emptyData, sizeOf } from '../ir.ts'
import { at, forEachOffset, normalAxes, reducedShape, stridesOf } from '../shape.ts'
import { arity, type DType, type Lowering, need, operand, type Rule } from './rule.ts'

export type ReductionAttrs = { readonly axes: readonly number[]; readonly keepDims: boolean }

export interface ReductionFacts {
  readonly op: string
  readonly start: number
  step(accumulated: number, x: number): number
  /** The result from the accumulated value and the number of elements; the accumulated value when absent. */
  finish?(accumulated: number, count: number): number
  /** An ONNX Reduce op with axes as its second input (opset 18), or the nodes. */
  readonly lower: string | ((onnx: Lowering, attrs: ReductionAttrs) => void)
  readonly accepts?: readonly DType[]
  /** tfjs's name of the axis attribute. */
  readonly axis?: string
  readonly zeroPreserving?: boolean
}

export const reduceAttrs = (onnx: Lowering, { axes, keepDims }: ReductionAttrs) =>
  [[onnx.input(0), onnx.int64(axes)], { keepdims: keepDims ? 1 : 0 }] as const

/** The rule of a reduction over axes. */
export function reduction(facts: ReductionFacts): Rule<ReductionAttrs> {
  const { op, start, step, finish, lower, accepts = ['float32', 'int32'], axis = 'axis', zeroPreserving } = facts
  return {
    op,
    kernel: {
      operands: ['x'],
      attrs: (raw, inputs) => ({
        axes: normalAxes(raw[axis], operand(inputs, 0).shape.length),
        keepDims: raw.keepDims === true,
      }),
    },
    ...(zeroPreserving && { zeroPreserving: [0] }),
    infer(inputs, { axes, keepDims }) {
      arity(inputs, 1)
      const { dtype, shape } = operand(inputs, 0)
      need(accepts.includes(dtype), `takes ${accepts.join(' or ')}, got ${dtype}`)
      need(
        axes.every((a) => a >= 0 && a < shape.length),
        `has no axis ${axes.join(',')} in ${describeType({ dtype, shape })}`,
      )
      return [{ dtype, shape: reducedShape(shape, axes, keepDims) }]
    },
    evaluate(inputs, { axes }, outputs) {
      const [x, { dtype, shape }] = [operand(inputs, 0), operand(outputs, 0)]
      const size = sizeOf(shape)
      const sums = new Float64Array(size).fill(start)
      const kept = stridesOf(reducedShape(x.shape, axes, true)).map((s, i) => (axes.includes(i) ? 0 : s))
      forEachOffset(x.shape, [kept], (i, [o]) => {
        sums[o as number] = step(at(sums, o as number), at(x.data, i))
      })
      const out = emptyData(dtype, size)
      const count = sizeOf(axes.map((a) => at(x.shape, a)))
      for (let i = 0; i < size; i++) out[i] = finish ? finish(at(sums, i), count) : at(sums, i)
      return [out]
    },
    lower(onnx, attrs) {
      if (attrs.axes.length === 0) onnx.emit('Identity', onnx.inputs, {}, { output: onnx.output })
      else if (typeof lower === 'string') onnx.emit(lower, ...reduceAttrs(onnx, attrs), { output: onnx.output })
      else lower(onnx, attrs)
    },
  }
}
