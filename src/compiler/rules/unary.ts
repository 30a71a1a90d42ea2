import { describeType, emptyData } from '../ir.ts'
import { at } from '../shape.ts'
import { arity, type DType, type Lowering, need, operand, type Rule } from './rule.ts'

export interface UnaryFacts {
  readonly op: string
  /** One element; float32 results are rounded on storing. */
  compute(x: number): number
  /** An ONNX op of one input and one output, or the nodes. */
  readonly lower: string | ((onnx: Lowering) => void)
  readonly accepts?: readonly DType[]
  readonly result?: DType
  /** f(0) = 0. */
  readonly zeroPreserving?: boolean
}

/** The rule of an elementwise function of one tensor. */
export function unary({ op, compute, lower, accepts = ['float32'], result, zeroPreserving }: UnaryFacts): Rule {
  return {
    op,
    kernel: { operands: ['x'] },
    elementwise: true,
    ...(zeroPreserving && { zeroPreserving: [0] }),
    infer(inputs) {
      arity(inputs, 1)
      const x = operand(inputs, 0)
      need(accepts.includes(x.dtype), `takes ${accepts.join(' or ')}, got ${describeType(x)}`)
      return [{ dtype: result ?? x.dtype, shape: x.shape }]
    },
    evaluate(inputs, _attrs, [type]) {
      const { data } = operand(inputs, 0)
      const out = emptyData(type?.dtype ?? 'float32', data.length)
      for (let i = 0; i < out.length; i++) out[i] = compute(at(data, i))
      return [out]
    },
    lower(onnx) {
      if (typeof lower === 'string') onnx.emit(lower, onnx.inputs, {}, { output: onnx.output })
      else lower(onnx)
    },
  }
}
