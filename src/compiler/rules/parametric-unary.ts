import { describeType, emptyData } from '../ir.ts'
import { at } from '../shape.ts'
import { type Attrs, arity, type DType, type KernelAttrs, type Lowering, need, operand, type Rule } from './rule.ts'

/** The rule of an elementwise function of one tensor that has attributes. */
export function parametricUnary<A extends Attrs>(facts: {
  readonly op: string
  attrs(raw: KernelAttrs): A
  compute(x: number, attrs: A): number
  lower(onnx: Lowering, attrs: A): void
  readonly accepts?: readonly DType[]
  result?(attrs: A): DType
}): Rule<A> {
  const accepts = facts.accepts ?? ['float32']
  return {
    op: facts.op,
    kernel: { operands: ['x'], attrs: facts.attrs },
    elementwise: true,
    infer(inputs, attrs) {
      arity(inputs, 1)
      const x = operand(inputs, 0)
      need(accepts.includes(x.dtype), `takes ${accepts.join(' or ')}, got ${describeType(x)}`)
      return [{ dtype: facts.result?.(attrs) ?? x.dtype, shape: x.shape }]
    },
    evaluate(inputs, attrs, outputs) {
      const { data } = operand(inputs, 0)
      const out = emptyData(operand(outputs, 0).dtype, data.length)
      for (let i = 0; i < out.length; i++) out[i] = facts.compute(at(data, i), attrs)
      return [out]
    },
    lower: facts.lower,
  }
}
