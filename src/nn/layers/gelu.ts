import * as tf from '@tensorflow/tfjs'

const inverseSqrt2 = Math.SQRT1_2
const normalPeak = 1 / Math.sqrt(2 * Math.PI)

/** x · Φ(x) with the exact normal distribution function (Hendrycks & Gimpel 2016, arXiv 1606.08415). Any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const activate = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(x, inverseSqrt2)), 1), 0.5)
    save([x, cumulative])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, cumulative] = saved as [tf.Tensor, tf.Tensor]
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), normalPeak)
      return tf.mul(dy, tf.add(cumulative, tf.mul(x, density)))
    }
    return { value: tf.mul(x, cumulative), gradFunc }
  })
  return activate(x)
}

/** The tanh approximation of gelu, Hugging Face's `gelu_new` and `gelu_pytorch_tanh`. Any shape. */
export function tanhGelu(x: tf.Tensor): tf.Tensor {
  const cubic = tf.mul(tf.mul(tf.square(x), x), 0.044715)
  const inner = tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI))
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1))
}
