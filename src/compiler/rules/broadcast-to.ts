import { describeType, emptyData, sameShape, sizeOf } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

export const broadcastTo: Rule<{ readonly shape: readonly number[] }> = {
  op: 'BroadcastTo',
  kernel: { operands: ['x'], attrs: (raw) => ({ shape: raw.shape as readonly number[] }) },
  infer(inputs, { shape }) {
    arity(inputs, 1)
    const x = operand(inputs, 0)
    const joined = broadcastShapes(x.shape, shape)
    need(
      joined !== undefined && sameShape(joined, shape),
      `cannot broadcast ${describeType(x)} to [${shape.join(',')}]`,
    )
    return [{ dtype: x.dtype, shape }]
  },
  evaluate(inputs, { shape }) {
    const x = operand(inputs, 0)
    const out = emptyData(x.dtype, sizeOf(shape))
    forEachOffset(shape, [broadcastStrides(x.shape, shape)], (i, [from]) => {
      out[i] = at(x.data, from as number)
    })
    return [out]
  },
  lower(onnx, { shape }) {
    onnx.emit('Expand', [onnx.input(0), onnx.int64(shape)], {}, { output: onnx.output })
  },
}
