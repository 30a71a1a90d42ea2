import * as tf from '@tensorflow/tfjs'

/**
 * Zeros after the last row and column.
 * @param x `[n, height, width, c]`
 * @returns `[n, toHeight, toWidth, c]`
 */
export function padEnd(x: tf.Tensor4D, toHeight: number, toWidth: number): tf.Tensor4D {
  const [down, right] = [toHeight - x.shape[1], toWidth - x.shape[2]]
  if (down === 0 && right === 0) return x
  const paddings = [0, down, right, 0].map((after): [number, number] => [0, after])
  return tf.pad(x, paddings)
}
