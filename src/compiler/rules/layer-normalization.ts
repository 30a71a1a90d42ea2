import { emptyData, sameShape, sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/**
 * (x − mean) · rstd · scale + bias over the last axis, with rstd = 1 / √(variance + epsilon) (ONNX LayerNormalization 17).
 * Outputs: the result, the mean and rstd, the last two with a last axis of 1.
 */
export const layerNormalization: Rule<{ readonly epsilon: number }> = {
  op: 'LayerNormalization',
  infer(inputs) {
    arity(inputs, 3)
    const [x, scale, bias] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    need(x.dtype === 'float32' && x.shape.length > 0, 'takes a float32 tensor of rank 1 or more')
    const last = x.shape.slice(-1)
    need(sameShape(scale.shape, last) && sameShape(bias.shape, last), 'takes a scale and a bias of the last axis')
    const statistic = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] }
    return [{ dtype: x.dtype, shape: x.shape }, statistic, statistic]
  },
  evaluate(inputs, { epsilon }, outputs) {
    const [x, scale, bias] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    const [y, means, rstds] = outputs.map(({ dtype, shape }) => emptyData(dtype, sizeOf(shape)))
    need(y !== undefined && means !== undefined && rstds !== undefined, 'has three outputs')
    const length = at(x.shape, x.shape.length - 1)
    for (let row = 0; row < means.length; row++) {
      const values = x.data.subarray(row * length, (row + 1) * length)
      let [mean, variance] = [0, 0]
      for (const value of values) mean += value / length
      for (const value of values) variance += (value - mean) ** 2 / length
      const rstd = 1 / Math.sqrt(variance + epsilon)
      means[row] = mean
      rstds[row] = rstd
      for (let i = 0; i < length; i++)
        y[row * length + i] = (at(values, i) - mean) * rstd * at(scale.data, i) + at(bias.data, i)
    }
    return [y, means, rstds]
  },
  lower(onnx, { epsilon }) {
    const options = { outputs: onnx.outputs }
    onnx.emit('LayerNormalization', onnx.inputs, { axis: -1, epsilon: { float: epsilon } }, options)
  },
}
