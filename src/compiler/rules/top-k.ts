import { emptyData } from '../ir.ts'
import { onnxDType } from '../onnx-dtype.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** The k largest of each row of the last axis, largest first, and their int32 places; of equals the first wins (ONNX TopK 11). */
export const topK: Rule<{ readonly k: number }> = {
  op: 'TopK',
  infer(inputs, { k }) {
    arity(inputs, 1)
    const { dtype, shape } = operand(inputs, 0)
    const length = shape.at(-1) ?? 0
    need(dtype !== 'bool' && k >= 1 && k <= length, `takes rows of ${k} or more numbers`)
    const kept = shape.with(-1, k)
    return [
      { dtype, shape: kept },
      { dtype: 'int32', shape: kept },
    ]
  },
  evaluate(inputs, { k }) {
    const x = operand(inputs, 0)
    const length = at(x.shape, x.shape.length - 1)
    const rows = x.data.length / length
    const [values, indices] = [emptyData(x.dtype, rows * k), emptyData('int32', rows * k)]
    for (let row = 0; row < rows; row++) {
      const row_ = x.data.subarray(row * length, (row + 1) * length)
      const order = [...row_.keys()].sort((i, j) => at(row_, j) - at(row_, i) || i - j)
      for (let i = 0; i < k; i++) {
        indices[row * k + i] = at(order, i)
        values[row * k + i] = at(row_, at(order, i))
      }
    }
    return [values, indices]
  },
  lower(onnx, { k }) {
    const [values, indices] = [onnx.output, onnx.outputs[1] ?? '']
    const wide = indices === '' ? '' : `${indices} int64`
    onnx.emit('TopK', [onnx.input(0), onnx.int64([k])], { axis: -1 }, { outputs: [values, wide] })
    if (indices !== '') onnx.emit('Cast', [wide], { to: onnxDType.int32 }, { output: indices })
  },
}
