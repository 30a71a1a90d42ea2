import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'

import { conv2d } from '../layers/conv2d.ts'
import { dense } from '../layers/dense.ts'
import { maxPool } from '../layers/max-pool.ts'
import { trackedBatchNorm } from '../layers/tracked-batch-norm.ts'
import type { ClassifierOf } from '../layout.ts'
import { type BlockFacts, blocksOf, type ConvolutionFacts, stemOf } from './blocks.ts'
import { resnetConfigOf } from './config.ts'
import { resnetImage } from './layout.ts'
import { resnetBuffers, resnetParameters } from './parameters.ts'

/** Residual network with a linear head on the mean over all positions, as transformers' `ResNetForImageClassification`. */
export const resnetClassifier: ClassifierOf = (json, labels, where, image = resnetImage) => {
  const config = resnetConfigOf(json, where)
  const [stem, blocks] = [stemOf(config), blocksOf(config)]
  return {
    family: 'resnet',
    image: { ...image, channels: config.channels },
    labels,
    parameters: resnetParameters(config, labels.length),
    buffers: resnetBuffers(config),
    features: (tensors, pixels, mode) => {
      const embedded = tf.relu(convolve(tensors, stem, pixels, mode))
      let hidden = maxPool(embedded, { size: 3, stride: 2, padding: 1 })
      for (const block of blocks) hidden = residual(tensors, block, hidden, mode)
      return tf.mean(hidden, [1, 2]) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier.1', features) as tf.Tensor2D,
  }
}

/** The convolution and its batch normalisation. */
function convolve(tensors: Tensors, facts: ConvolutionFacts, x: tf.Tensor4D, mode?: TrainingMode): tf.Tensor4D {
  const { name, size, stride } = facts
  const weight = tensors[`${name}.convolution.weight`]
  if (weight === undefined) throw new Error(`no parameter ${name}.convolution.weight`)
  const y = conv2d(x, weight, undefined, { stride, padding: Math.floor(size / 2) })
  return trackedBatchNorm(tensors, `${name}.normalization`, y, mode)
}

function residual(tensors: Tensors, block: BlockFacts, x: tf.Tensor4D, mode?: TrainingMode): tf.Tensor4D {
  const { shortcut, convolutions } = block
  let hidden = x
  for (const [i, facts] of convolutions.entries()) {
    hidden = convolve(tensors, facts, hidden, mode)
    if (i + 1 < convolutions.length) hidden = tf.relu(hidden)
  }
  return tf.relu(tf.add(hidden, shortcut === undefined ? x : convolve(tensors, shortcut, x, mode)))
}
