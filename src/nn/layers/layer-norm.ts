import * as tf from '@tensorflow/tfjs'

/**
 * Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450; ONNX LayerNormalization, opset 17).
 * The gradient is written out, since the composed one takes twice the passes over memory.
 * @param x `[..., d]`
 * @param scale `[d]`
 * @param shift `[d]`
 * @param epsilon added to the variance
 */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, epsilon: number): tf.Tensor {
  const tokenAxes = x.shape.slice(0, -1).map((_, axis) => axis)
  const normalise = tf.customGrad((...args) => {
    const [x, scale, shift, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const mean = tf.mean(x, -1, true)
    const variance = tf.mean(tf.squaredDifference(x, mean), -1, true)
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon))
    const value = tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverseDeviation), scale), shift)
    save([x, mean, inverseDeviation, scale])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, mean, inverseDeviation, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const normal = tf.mul(tf.sub(x, mean), inverseDeviation)
      const g = tf.mul(dy, scale)
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true))
      const dx = tf.mul(inverseDeviation, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along))
      return [dx, tf.sum(tf.mul(dy, normal), tokenAxes), tf.sum(dy, tokenAxes)]
    }
    return { value, gradFunc }
  })
  return normalise(x, scale, shift)
}
