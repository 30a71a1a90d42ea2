import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

const zero = (x: tf.Tensor) => tf.zeros(x.shape)

/**
 * What moves in steps has a gradient of zero. tfjs knows that of GreaterEqual, so a model that chooses by another comparison
 * of what it computes (`tf.where(tf.greater(x, 0), …)`) would have none; and it gives FloorDiv the gradient of a division.
 */
export const stepGradients: readonly Gradient[] = [
  ...['Equal', 'FloorDiv', 'Greater', 'Less', 'LessEqual', 'NotEqual', 'LogicalAnd', 'LogicalOr'].map((kernelName) => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy: unknown, [a, b]: tf.Tensor[]) => ({
      a: () => zero(a as tf.Tensor),
      b: () => zero(b as tf.Tensor),
    }),
  })),
  ...['All', 'Any', 'LogicalNot'].map((kernelName) => ({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (_dy: unknown, [x]: tf.Tensor[]) => ({ x: () => zero(x as tf.Tensor) }),
  })),
]
