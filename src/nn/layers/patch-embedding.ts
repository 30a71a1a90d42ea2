import * as tf from '@tensorflow/tfjs'

/**
 * Linear map of non-overlapping patches: equals a convolution whose stride is its kernel, but is one matrix product.
 * @param pixels `[n, height, width, channels]`; the kernel divides height and width
 * @param weight `[d, channels, patchHeight, patchWidth]`, PyTorch's convolution layout
 * @param bias `[d]`
 * @returns `[n, patches, d]`, patches row by row
 */
export function patchEmbedding(pixels: tf.Tensor4D, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [n, height, width, channels] = pixels.shape
  const [d, , patchHeight, patchWidth] = weight.shape as [number, number, number, number]
  const [rows, columns] = [height / patchHeight, width / patchWidth]
  // The small weight goes to the pixels' order, so the pixels move in runs of whole patch rows.
  const bands = tf.reshape(pixels, [n * rows, patchHeight, columns, patchWidth * channels])
  const patches = tf.reshape(tf.transpose(bands, [0, 2, 1, 3]), [n * rows * columns, -1])
  const kernel = tf.reshape(tf.transpose(weight, [0, 2, 3, 1]), [d, -1])
  const embedded = tf.add(tf.matMul(patches, kernel, false, true), bias)
  return tf.reshape(embedded, [n, rows * columns, d])
}
