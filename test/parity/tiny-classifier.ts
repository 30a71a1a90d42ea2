import * as tf from '@tensorflow/tfjs'
import type {
  AdamOptions,
  Batch,
  Classifier,
  MicroBatch,
  TrainableParameter,
  Weights,
} from '../../src/registry/engine.ts'
import { Mt19937 } from '../../src/std/mt19937.ts'

/** Two linear layers with an exact gelu over 2 × 2 patches of 4 × 4 images, mean-pooled: every shape small and odd. */
export const tinyClassifier: Classifier = {
  family: 'tiny',
  image: { height: 4, width: 4, channels: 3 },
  labels: ['boot', 'sandal', 'shoe'],
  parameters: [
    { name: 'patch.bias', shape: [5], decay: false, layer: 0, head: false },
    { name: 'patch.weight', shape: [5, 12], decay: true, layer: 0, head: false },
    { name: 'position', shape: [1, 4, 5], decay: true, layer: 0, head: false },
    { name: 'head.weight', shape: [3, 5], decay: true, layer: 1, head: true },
    { name: 'head.bias', shape: [3], decay: false, layer: 1, head: true },
  ],
  buffers: [],
  features(parameters, pixels) {
    const at = (name: string) => parameters[name] as tf.Tensor
    const n = pixels.shape[0]
    const bands = tf.transpose(tf.reshape(pixels, [n * 2, 2, 2, 6]), [0, 2, 1, 3])
    const patches = tf.matMul(tf.reshape(bands, [n * 4, 12]), at('patch.weight') as tf.Tensor2D, false, true)
    const x = tf.add(tf.reshape(tf.add(patches, at('patch.bias')), [n, 4, 5]), at('position'))
    const active = tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))
    return tf.mean(active, 1)
  },
  head: (parameters, features) =>
    tf.add(
      tf.matMul(features, parameters['head.weight'] as tf.Tensor2D, false, true),
      parameters['head.bias'] as tf.Tensor,
    ),
}

/** Every parameter with its own decay, at the full rate. */
export const allOf = ({ parameters }: Classifier): TrainableParameter[] =>
  parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 }))

export function randomWeights({ parameters }: Classifier, seed: number, scale = 0.5): Weights {
  const generator = new Mt19937(seed)
  return new Map(
    parameters.map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1)
      return [name, Float32Array.from({ length: size }, () => generator.uniform(-scale, scale))]
    }),
  )
}

export function randomBatch({ image, labels }: Classifier, size: number, seed: number): Batch & MicroBatch {
  const generator = new Mt19937(seed)
  const batch = {
    size,
    pixels: Float32Array.from({ length: size * image.height * image.width * image.channels }, () =>
      generator.uniform(-1, 1),
    ),
    labels: Int32Array.from({ length: size }, () => generator.uint32() % labels.length),
  }
  const targets = new Float32Array(size * labels.length)
  for (const [row, label] of batch.labels.entries()) targets[row * labels.length + label] = 1 / size
  return { ...batch, targets }
}

export const adamwDefaults: AdamOptions = { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }
