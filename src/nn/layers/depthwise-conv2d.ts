import * as tf from '@tensorflow/tfjs'
import type { ConvolutionOptions } from './conv2d.ts'

/**
 * Convolution of each channel with a kernel of its own (torch.nn.functional.conv2d with groups = channels).
 * @param x `[n, height, width, channels]`
 * @param weight `[channels, 1, kernelHeight, kernelWidth]`, PyTorch's layout
 * @param bias `[channels]`, or none
 * @returns `[n, ⌊(height + 2 · padding − kernelHeight) / stride⌋ + 1, …, channels]`
 */
export function depthwiseConv2d(
  x: tf.Tensor4D,
  weight: tf.Tensor,
  bias?: tf.Tensor,
  { stride = 1, padding = 0 }: ConvolutionOptions = {},
): tf.Tensor4D {
  const kernel = tf.transpose(weight, [2, 3, 0, 1]) as tf.Tensor4D
  const y = tf.depthwiseConv2d(x, kernel, stride, padding)
  return bias === undefined ? y : tf.add(y, bias)
}
