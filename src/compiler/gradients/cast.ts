import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

/** A cast to whole numbers or truths moves in steps; tfjs's own lets the gradient through. */
export const castGradient: Gradient = {
  kernelName: 'Cast',
  gradFunc: (dy, _saved, { dtype }) => ({
    x: () => (dtype === 'float32' ? tf.clone(dy as tf.Tensor) : tf.zeros((dy as tf.Tensor).shape)),
  }),
}
