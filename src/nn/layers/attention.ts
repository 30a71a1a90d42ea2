import * as tf from '@tensorflow/tfjs'

/**
 * Multi-head scaled dot-product attention without a mask (Vaswani et al. 2017, arXiv 1706.03762).
 * @param query `[n, tokens, d]`; key and value `[n, otherTokens, d]`
 * @param heads divides d
 * @returns `[n, tokens, d]`, heads side by side
 */
export function attention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, heads: number): tf.Tensor {
  const [n, tokens, width] = query.shape as [number, number, number]
  const headWidth = width / heads
  const split = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [n, x.shape[1] as number, heads, headWidth]), [0, 2, 1, 3])
  const scores = tf.mul(tf.matMul(split(query), split(key), false, true), headWidth ** -0.5)
  const mixed = tf.matMul(tf.softmax(scores), split(value))
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [n, tokens, width])
}
