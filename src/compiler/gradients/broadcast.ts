import * as tf from '@tensorflow/tfjs'
import { type Gradient, sumTo } from './gradient.ts'

type Two = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor

const binary = (kernelName: string, ofA: Two, ofB: Two): Gradient => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc(dy, saved) {
    const [a, b] = saved as [tf.Tensor, tf.Tensor]
    const times = (slope: tf.Tensor, shape: readonly number[]) => sumTo(tf.mul(dy as tf.Tensor, slope), shape)
    return { a: () => times(ofA(a, b), a.shape), b: () => times(ofB(a, b), b.shape) }
  },
})

const asNumber = (x: tf.Tensor) => tf.cast(x, 'float32')

/** tfjs's own gradients of these keep the broadcast shape, which its tape then refuses. */
export const broadcastGradients: readonly Gradient[] = [
  binary(
    'Maximum',
    (a, b) => asNumber(tf.greaterEqual(a, b)),
    (a, b) => asNumber(tf.less(a, b)),
  ),
  binary(
    'Minimum',
    (a, b) => asNumber(tf.lessEqual(a, b)),
    (a, b) => asNumber(tf.greater(a, b)),
  ),
  binary(
    'SquaredDifference',
    (a, b) => tf.mul(tf.sub(a, b), 2),
    (a, b) => tf.mul(tf.sub(b, a), 2),
  ),
]
