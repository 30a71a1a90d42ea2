import { describeType, emptyData, sizeOf } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { arity, type DType, type Lowering, need, operand, type Rule } from './rule.ts'

export interface BinaryFacts {
  readonly op: string
  compute(a: number, b: number): number
  readonly lower: string | ((onnx: Lowering) => void)
  readonly accepts?: readonly DType[]
  readonly result?: DType
  readonly commutative?: boolean
  readonly zeroPreserving?: readonly number[]
}

/** The rule of an elementwise function of two broadcast tensors of one dtype. */
export function binary(facts: BinaryFacts): Rule {
  const { op, compute, lower, accepts = ['float32', 'int32'], result, commutative = false, zeroPreserving } = facts
  return {
    op,
    kernel: { operands: ['a', 'b'] },
    elementwise: true,
    commutative,
    ...(zeroPreserving && { zeroPreserving }),
    infer(inputs) {
      arity(inputs, 2)
      const [a, b] = [operand(inputs, 0), operand(inputs, 1)]
      const shape = broadcastShapes(a.shape, b.shape)
      need(
        a.dtype === b.dtype && accepts.includes(a.dtype) && shape !== undefined,
        `takes two broadcastable tensors of ${accepts.join(' or ')}, got ${describeType(a)} and ${describeType(b)}`,
      )
      return [{ dtype: result ?? a.dtype, shape }]
    },
    evaluate(inputs, _attrs, outputs) {
      const [a, b, { dtype, shape }] = [operand(inputs, 0), operand(inputs, 1), operand(outputs, 0)]
      const out = emptyData(dtype, sizeOf(shape))
      const strides = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)]
      forEachOffset(shape, strides, (i, [x, y]) => {
        out[i] = compute(at(a.data, x as number), at(b.data, y as number))
      })
      return [out]
    },
    lower(onnx) {
      if (typeof lower === 'string') onnx.emit(lower, onnx.inputs, {}, { output: onnx.output })
      else lower(onnx)
    },
  }
}
