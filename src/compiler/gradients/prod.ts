import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

const plain = tf.getGradient('Prod')

/** tfjs's own does not know an axis counted from the end. */
export const prodGradient: Gradient = {
  kernelName: 'Prod',
  inputsToSave: ['x'],
  gradFunc(dy, saved, attrs) {
    const axis = tf.util.parseAxisParam((attrs.axis ?? null) as number | number[], (saved[0] as tf.Tensor).shape)
    return plain.gradFunc(dy, saved, { ...attrs, axis })
  },
}
