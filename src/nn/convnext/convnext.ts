import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { activations } from '../layers/activation.ts'
import { dense } from '../layers/dense.ts'
import { depthwiseConv2d } from '../layers/depthwise-conv2d.ts'
import { named, norm } from '../layers/named.ts'
import { patchEmbedding } from '../layers/patch-embedding.ts'
import type { ClassifierOf } from '../layout.ts'
import { type ConvNextConfig, convNextConfigOf } from './config.ts'
import { convNextParameters } from './parameters.ts'

/** Of every norm but the last, whatever the config says. */
const innerEpsilon = 1e-6

/** ConvNeXt with a linear head on the mean position, as transformers' `ConvNextForImageClassification`. */
export const convNextClassifier: ClassifierOf = (json, labels, where, image) => {
  const config = convNextConfigOf(json, where)
  const blocks = config.depths.reduce((a, b) => a + b)
  return {
    family: 'convnext',
    image: { ...(image ?? config.image), channels: config.channels },
    labels,
    parameters: convNextParameters(config, labels.length),
    buffers: [],
    features(tensors, pixels, mode) {
      const patches = wholePatches(tensors, 'convnext.embeddings.patch_embeddings', pixels)
      let x = norm(tensors, 'convnext.embeddings.layernorm', patches, innerEpsilon) as tf.Tensor4D
      let done = 0
      for (const [i, depth] of config.depths.entries()) {
        const stage = `convnext.encoder.stages.${i}`
        if (i > 0) x = downsample(tensors, `${stage}.downsampling_layer`, x)
        for (let j = 0; j < depth; j++) {
          const dropPathRate = (config.dropPathRate * done++) / Math.max(blocks - 1, 1)
          x = block(config, tensors, `${stage}.layers.${j}`, x, dropPathRate, mode)
        }
      }
      const [n, height, width, d] = x.shape
      const mean = tf.mean(tf.reshape(x, [n, height * width, d]), 1)
      return norm(tensors, 'convnext.layernorm', mean, config.layerNormEpsilon) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}

/** One residual block; x and the result are `[n, height, width, d]`. */
function block(
  config: ConvNextConfig,
  tensors: Tensors,
  name: string,
  x: tf.Tensor4D,
  dropPathRate: number,
  mode: TrainingMode | undefined,
): tf.Tensor4D {
  const kernel = named(tensors, `${name}.dwconv.weight`)
  const mixed = depthwiseConv2d(x, kernel, named(tensors, `${name}.dwconv.bias`), { padding: 3 })
  const normal = norm(tensors, `${name}.layernorm`, mixed, innerEpsilon)
  const inner = activations[config.hiddenActivation](dense(tensors, `${name}.pwconv1`, normal))
  const branch = dense(tensors, `${name}.pwconv2`, inner)
  const scale = tensors[`${name}.layer_scale_parameter`]
  const scaled = scale === undefined ? branch : tf.mul(branch, scale)
  return tf.add(x, mode?.dropPath(scaled, dropPathRate) ?? scaled)
}

/** A norm and a convolution of 2 × 2 with stride 2: `[n, height, width, c]` → `[n, ⌊height / 2⌋, ⌊width / 2⌋, d]`. */
const downsample = (tensors: Tensors, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  wholePatches(tensors, `${name}.1`, norm(tensors, `${name}.0`, x, innerEpsilon) as tf.Tensor4D)

/** A convolution whose stride is its kernel; rows and columns that fill no kernel are left out. */
function wholePatches(tensors: Tensors, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = named(tensors, `${name}.weight`)
  const [n, height, width] = x.shape
  const [d, , patchHeight, patchWidth] = weight.shape as [number, number, number, number]
  const [rows, columns] = [Math.floor(height / patchHeight), Math.floor(width / patchWidth)]
  const whole = tf.slice(x, [0, 0, 0, 0], [-1, rows * patchHeight, columns * patchWidth, -1])
  return tf.reshape(patchEmbedding(whole, weight, named(tensors, `${name}.bias`)), [n, rows, columns, d])
}
