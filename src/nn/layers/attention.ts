import * as tf from '@tensorflow/tfjs'

export interface AttentionOptions {
  /**
   * Added to the scores: `[heads, tokens, otherTokens]`, or `[groups, heads, tokens, otherTokens]` where groups divides
   * n and example i takes entry i mod groups.
   */
  readonly bias?: tf.Tensor
  /** What training does to the probabilities, of the scores' shape. */
  readonly dropout?: (probabilities: tf.Tensor) => tf.Tensor
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762).
 * @param query `[n, tokens, d]`; key and value `[n, otherTokens, d]`
 * @param heads divides d
 * @returns `[n, tokens, d]`, heads side by side
 */
export function attention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  heads: number,
  options: AttentionOptions = {},
): tf.Tensor {
  const [n, tokens, width] = query.shape as [number, number, number]
  const split = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [n, x.shape[1] as number, heads, width / heads]), [0, 2, 1, 3])
  const mixed = attendByHead(split(query), split(key), split(value), options)
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [n, tokens, width])
}

/**
 * Attention of heads that are split already.
 * @param query `[n, heads, tokens, headWidth]`; key and value `[n, heads, otherTokens, headWidth]`
 * @returns `[n, heads, tokens, headWidth]`
 */
export function attendByHead(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  { bias, dropout }: AttentionOptions = {},
): tf.Tensor {
  const headWidth = query.shape.at(-1) as number
  const scores = tf.mul(tf.matMul(query, key, false, true), headWidth ** -0.5)
  const probabilities = tf.softmax(bias === undefined ? scores : biased(scores, bias))
  return tf.matMul(dropout === undefined ? probabilities : dropout(probabilities), value)
}

function biased(scores: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  if (bias.rank < 4) return tf.add(scores, bias)
  const grouped = tf.reshape(scores, [-1, ...bias.shape])
  return tf.reshape(tf.add(grouped, bias), scores.shape)
}
