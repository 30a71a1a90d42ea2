import * as tf from '@tensorflow/tfjs'

/**
 * Normalisation of each image over its positions and the channels of one group (Wu & He 2018, arXiv 1803.08494;
 * torch.nn.GroupNorm). The gradient is written out, since the composed one takes more passes over memory.
 * @param x `[n, height, width, c]`
 * @param scale `[c]`
 * @param shift `[c]`
 * @param groups divides c; a group is c / groups neighbouring channels
 * @param epsilon added to the variance
 */
export function groupNorm(
  x: tf.Tensor4D,
  scale: tf.Tensor,
  shift: tf.Tensor,
  groups: number,
  epsilon: number,
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape
  const positions = height * width
  const perGroup = channels / groups
  const count = positions * perGroup
  /** A value per image and channel, from one per image and group. */
  const spread = (values: tf.Tensor) =>
    tf.reshape(tf.tile(tf.reshape(values, [n, groups, 1]), [1, 1, perGroup]), [n, 1, channels])
  /** Per image and group the mean over its elements, from sums per image and channel. */
  const meanOf = (sums: tf.Tensor) => tf.div(tf.sum(tf.reshape(sums, [n, groups, perGroup]), 2), count)
  const normalise = tf.customGrad((...args) => {
    const [x, scale, shift, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const mean = spread(meanOf(tf.sum(x, 1)))
    const variance = spread(meanOf(tf.sum(tf.square(tf.sub(x, mean)), 1)))
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon))
    const slope = tf.mul(inverseDeviation, scale)
    const value = tf.add(tf.mul(x, slope), tf.sub(shift, tf.mul(mean, slope)))
    save([x, mean, inverseDeviation, scale])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, mean, inverseDeviation, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const dySums = tf.sum(dy, 1, true)
      // Not x − mean, which the forward pass computes: as the same value it would be kept from there to here.
      const dotSums = tf.mul(tf.sum(tf.mul(dy, tf.sub(mean, x)), 1, true), tf.neg(inverseDeviation))
      const slope = tf.mul(scale, inverseDeviation)
      const along = tf.mul(tf.mul(spread(meanOf(tf.mul(dotSums, scale))), inverseDeviation), inverseDeviation)
      const offset = tf.sub(tf.mul(along, mean), tf.mul(spread(meanOf(tf.mul(dySums, scale))), inverseDeviation))
      const dx = tf.add(tf.sub(tf.mul(dy, slope), tf.mul(x, along)), offset)
      return [dx, tf.sum(dotSums, [0, 1]), tf.sum(dySums, [0, 1])]
    }
    return { value, gradFunc }
  })
  return tf.reshape(normalise(tf.reshape(x, [n, positions, channels]), scale, shift), x.shape)
}
