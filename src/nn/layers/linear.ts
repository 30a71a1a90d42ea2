import * as tf from '@tensorflow/tfjs'

/**
 * x · weightᵀ + bias as one 2-D product over all tokens.
 * @param x `[..., in]`
 * @param weight `[out, in]`, PyTorch's layout
 * @param bias `[out]`, or none
 * @returns `[..., out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outputs, inputs] = weight.shape as [number, number]
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inputs])
  const product = tf.matMul(rows, weight, false, true)
  const y = bias === undefined ? product : tf.add(product, bias)
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outputs])
}
