import * as tf from '@tensorflow/tfjs'

export interface ChannelStatistics {
  /** `[c]` */
  readonly mean: tf.Tensor1D
  /** `[c]`, divided by the number of values, not by one less. */
  readonly variance: tf.Tensor1D
}

/**
 * Batch normalisation over all axes but the last (Ioffe & Szegedy 2015, arXiv 1502.03167).
 * In training the gradient is written out, since the composed one takes three times the passes over memory.
 * @param x `[..., c]`
 * @param scale `[c]`
 * @param shift `[c]`
 * @param fixed statistics to normalise with, as in scoring; those of x itself, as in training, when absent
 * @param epsilon added to the variance
 * @returns y in x's shape, and the statistics it was normalised with; no gradient goes through those
 */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor,
  shift: tf.Tensor,
  fixed: ChannelStatistics | undefined,
  epsilon: number,
): { readonly y: T } & ChannelStatistics {
  const { mean, variance } = fixed ?? channelStatistics(x)
  if (fixed !== undefined) return { y: normalised(x, scale, shift, fixed, epsilon), mean, variance }
  const axes = channelAxes(x)
  const count = x.size / mean.size
  const normalise = tf.customGrad((...args) => {
    const [x, scale, shift, save] = args as unknown as [T, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const value = normalised(x, scale, shift, { mean, variance }, epsilon)
    save([x, mean, variance, scale])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon))
      const dShift = tf.sum(dy, axes)
      // Not x − mean, which the forward pass computes: as the same value it would be kept from there to here.
      const dScale = tf.mul(tf.sum(tf.mul(dy, tf.sub(mean, x)), axes), tf.neg(inverseDeviation))
      // dx = scale / σ · (dy − mean(dy) − x̂ · mean(dy · x̂)), its factors gathered per channel.
      const slope = tf.mul(scale, inverseDeviation)
      const curve = tf.mul(tf.mul(slope, inverseDeviation), tf.div(dScale, count))
      const offset = tf.sub(tf.mul(curve, mean), tf.mul(slope, tf.div(dShift, count)))
      return [tf.add(tf.sub(tf.mul(dy, slope), tf.mul(x, curve)), offset), dScale, dShift]
    }
    return { value, gradFunc }
  })
  return { y: normalise(x, scale, shift) as T, mean, variance }
}

/** (x − mean) / √(variance + epsilon) · scale + shift as one slope and one offset per channel. */
function normalised<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor,
  shift: tf.Tensor,
  { mean, variance }: ChannelStatistics,
  epsilon: number,
): T {
  const slope = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))
  return tf.add(tf.mul(x, slope), tf.sub(shift, tf.mul(mean, slope)))
}

const channelAxes = ({ rank }: tf.Tensor): number[] => Array.from({ length: rank - 1 }, (_, axis) => axis)

function channelStatistics(x: tf.Tensor): ChannelStatistics {
  const mean = tf.mean(x, channelAxes(x)) as tf.Tensor1D
  const variance = tf.mean(tf.square(tf.sub(x, mean)), channelAxes(x)) as tf.Tensor1D
  return { mean, variance }
}
