import { describeType, emptyData } from '../ir.ts'
import { at, forEachOffset, stridesOf } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** Output axis i is input axis `perm[i]`. */
export const transpose: Rule<{ readonly perm: readonly number[] }> = {
  op: 'Transpose',
  kernel: { operands: ['x'], attrs: (raw) => ({ perm: [...(raw.perm as readonly number[])] }) },
  infer(inputs, { perm }) {
    arity(inputs, 1)
    const x = operand(inputs, 0)
    const complete = [...perm].sort((a, b) => a - b).every((axis, i) => axis === i)
    need(complete && perm.length === x.shape.length, `cannot permute ${describeType(x)} by ${perm.join(',')}`)
    return [{ dtype: x.dtype, shape: perm.map((axis) => at(x.shape, axis)) }]
  },
  evaluate(inputs, { perm }, outputs) {
    const [x, { shape }] = [operand(inputs, 0), operand(outputs, 0)]
    const strides = stridesOf(x.shape)
    const out = emptyData(x.dtype, x.data.length)
    forEachOffset(shape, [perm.map((axis) => at(strides, axis))], (i, [from]) => {
      out[i] = at(x.data, from as number)
    })
    return [out]
  },
  lower(onnx, { perm }) {
    onnx.emit('Transpose', onnx.inputs, { perm }, { output: onnx.output })
  },
}
