import * as tf from '@tensorflow/tfjs'
import { type ConvolutionOptions, conv2d } from './conv2d.ts'
import { layerNorm } from './layer-norm.ts'

/**
 * Convolution with standardised weights (Qiao et al. 2019, arXiv 1903.10520): those of each output channel have mean 0
 * and variance 1.
 * @param x `[n, height, width, in]`
 * @param weight `[out, in, kernelHeight, kernelWidth]`
 * @param epsilon added to the variance
 */
export function standardisedConv2d(
  x: tf.Tensor4D,
  weight: tf.Tensor,
  epsilon: number,
  options: ConvolutionOptions = {},
): tf.Tensor4D {
  const [outputs, ...rest] = weight.shape as [number, number, number, number]
  const length = rest.reduce((product, side) => product * side, 1)
  const rows = layerNorm(tf.reshape(weight, [outputs, length]), tf.ones([length]), tf.zeros([length]), epsilon)
  return conv2d(x, tf.reshape(rows, weight.shape), undefined, options)
}
