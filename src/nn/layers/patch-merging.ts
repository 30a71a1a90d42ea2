import * as tf from '@tensorflow/tfjs'
import { padEnd } from './pad-end.ts'

/**
 * The four tokens of each 2 × 2 square side by side, column by column (Liu et al. 2021, arXiv 2103.14030); odd sides are
 * filled with zeros.
 * @param x `[n, height, width, d]`
 * @returns `[n, ⌈height / 2⌉, ⌈width / 2⌉, 4 · d]`
 */
export function mergePatches(x: tf.Tensor4D): tf.Tensor4D {
  const [n, height, width, d] = x.shape
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)]
  const squares = tf.reshape(padEnd(x, 2 * rows, 2 * columns), [n, rows, 2, columns, 2, d])
  return tf.reshape(tf.transpose(squares, [0, 1, 3, 4, 2, 5]), [n, rows, columns, 4 * d])
}
