import * as tf from '@tensorflow/tfjs'
import type { ImageSize } from '../layout.ts'
import { type Kept, type ResampleKernel, resampleMatrix } from '../resample-matrix.ts'

/**
 * Resizes tables with one row per grid position, such as learned positions, to another grid. It is linear, so the
 * gradient of the table is exact.
 * @returns a function of a table `[…, before + from.height · from.width + after, d]` whose answer has as many rows as
 * the other grid needs; the table itself where both grids are equal
 */
export function resampled(
  from: ImageSize,
  to: ImageSize,
  kernel: ResampleKernel,
  kept: Kept,
): (table: tf.Tensor) => tf.Tensor {
  if (from.height === to.height && from.width === to.width) return (table) => table
  const matrix = resampleMatrix(from, to, kernel, kept)
  return (table) => {
    const [rows, d] = table.shape.slice(-2) as [number, number]
    const flat = tf.matMul(tf.tensor2d(matrix, [matrix.length / rows, rows]), tf.reshape(table, [rows, d]))
    return tf.reshape(flat, [...table.shape.slice(0, -2), matrix.length / rows, d])
  }
}
