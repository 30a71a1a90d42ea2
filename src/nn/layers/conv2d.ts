import * as tf from '@tensorflow/tfjs'
import { linear } from './linear.ts'

export interface ConvolutionOptions {
  /** Pixels between two positions of the kernel, along both axes; 1 when absent. */
  readonly stride?: number
  /** Zeros on every side, or `same`: ⌈length / stride⌉ positions, the odd zero at the end (TensorFlow); 0 when absent. */
  readonly padding?: number | 'same'
}

/**
 * Convolution (cross-correlation, torch.nn.functional.conv2d with groups 1).
 * @param x `[n, height, width, in]`
 * @param weight `[out, in, kernelHeight, kernelWidth]`, PyTorch's layout
 * @param bias `[out]`, or none
 * @returns `[n, ⌊(height + 2 · padding − kernelHeight) / stride⌋ + 1, …, out]`
 */
export function conv2d(
  x: tf.Tensor4D,
  weight: tf.Tensor,
  bias?: tf.Tensor,
  { stride = 1, padding = 0 }: ConvolutionOptions = {},
): tf.Tensor4D {
  const [outputs, inputs, height, width] = weight.shape as [number, number, number, number]
  if (height === 1 && width === 1 && stride === 1 && (padding === 0 || padding === 'same'))
    return linear(x, tf.reshape(weight, [outputs, inputs]), bias) as tf.Tensor4D
  const kernel = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D
  const y = tf.conv2d(x, kernel, stride, padding)
  return bias === undefined ? y : tf.add(y, bias)
}
