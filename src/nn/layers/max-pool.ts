import * as tf from '@tensorflow/tfjs'

export interface PoolOptions {
  /** Side of the square window. */
  readonly size: number
  readonly stride: number
  /** Rows and columns of −∞ on every side; 0 when absent. */
  readonly padding?: number
}

/**
 * Maximum of each window (torch.nn.functional.max_pool2d). The gradient goes to the first maximum, row by row.
 * @param x `[n, height, width, channels]`
 * @returns `[n, ⌊(height + 2 · padding − size) / stride⌋ + 1, …, channels]`
 */
export const maxPool = (x: tf.Tensor4D, { size, stride, padding = 0 }: PoolOptions): tf.Tensor4D =>
  tf.maxPool(x, size, stride, padding)
