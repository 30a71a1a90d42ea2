import * as tf from '@tensorflow/tfjs'

/**
 * Puts learned tokens before those of the patches.
 * @param learned each `[1, 1, d]`
 * @param patches `[n, patches, d]`
 * @returns `[n, learned + patches, d]`
 */
export function prepend(learned: readonly tf.Tensor[], patches: tf.Tensor): tf.Tensor {
  const [n, , d] = patches.shape as [number, number, number]
  return tf.concat([...learned.map((token) => tf.add(token, tf.zeros([n, 1, d]))), patches], 1)
}

/** Token `index` `[n, d]` of `[n, tokens, d]`; the compiler computes no other of the last block where only one is read. */
export function tokenAt(x: tf.Tensor, index: number): tf.Tensor2D {
  const [n, , d] = x.shape as [number, number, number]
  return tf.reshape(tf.slice(x, [0, index, 0], [n, 1, d]), [n, d])
}

/** Mean `[n, d]` of the tokens from `first` on. */
export function meanToken(x: tf.Tensor, first: number): tf.Tensor2D {
  const [n, tokens, d] = x.shape as [number, number, number]
  return tf.mean(tf.slice(x, [0, first, 0], [n, tokens - first, d]), 1)
}
