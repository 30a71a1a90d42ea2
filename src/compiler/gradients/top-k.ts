import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

/** What the values' gradient says goes back to where each value stood. */
export const topKGradient: Gradient = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc(dys, saved) {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor]
    const [dy] = dys as [tf.Tensor]
    const length = x.shape[x.rank - 1] as number
    const hits = tf.cast(tf.oneHot(tf.cast(indices, 'int32'), length), 'float32')
    return { x: () => tf.sum(tf.mul(hits, tf.expandDims(dy, -1)), -2) }
  },
}
