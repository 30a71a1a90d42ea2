import type * as tf from '@tensorflow/tfjs'
import { compile } from '../compiler/compile.ts'
import type { AdamOptions, Classifier, Tensors, TrainingMode } from '../registry/engine.ts'
import { adamw } from './adamw.ts'
import { gradientStep } from './gradient-step.ts'

/** Name of the graph output that holds the gradient of a parameter. */
export const gradientOf = (parameter: string) => `gradient of ${parameter}`

export const imageShape = ({ image }: Classifier, batchSize: number) => [
  batchSize,
  image.height,
  image.width,
  image.channels,
]

const weightInputs = ({ parameters, buffers }: Classifier) =>
  [...parameters, ...buffers].map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const }))

/** (weights, pixels) → logits `[batchSize, labels]`; an ONNX model. */
export function forwardGraph(classifier: Classifier, batchSize: number): Uint8Array {
  const pixels = { name: 'pixels', shape: imageShape(classifier, batchSize), dtype: 'float32' as const }
  const forward = (t: Tensors) => ({ logits: classifier.head(t, classifier.features(t, t.pixels as tf.Tensor4D)) })
  return compile([...weightInputs(classifier), pixels], forward).onnx
}

/** (weights, pixels, targets) → loss, logits, squared gradient norm, gradient of each of `trainable`; an ONNX model. */
export function gradientGraph(classifier: Classifier, batchSize: number, trainable: readonly string[]): Uint8Array {
  const pixels = { name: 'pixels', shape: imageShape(classifier, batchSize), dtype: 'float32' as const }
  const targets = { name: 'targets', shape: [batchSize, classifier.labels.length], dtype: 'float32' as const }
  return compile([...weightInputs(classifier), pixels, targets], (t) => {
    const step = gradientStep(classifier, t, trainable, t.pixels as tf.Tensor4D, t.targets as tf.Tensor2D, plain)
    const gradients = Object.entries(step.gradients).map(([name, tensor]) => [gradientOf(name), tensor])
    return {
      loss: step.loss,
      logits: step.logits,
      squaredGradNorm: step.squaredGradNorm,
      ...(Object.fromEntries(gradients) as Record<string, tf.Tensor>),
    }
  }).onnx
}

/** Masks and buffers are not part of this graph yet. */
export const plain: TrainingMode = {
  dropout: () => {
    throw new Error('dropout needs a mask')
  },
  dropPath: () => {
    throw new Error('stochastic depth needs a mask')
  },
  setBuffer: () => {
    throw new Error('buffers need outputs')
  },
}

export const stateParts = ['weights', 'm', 'v'] as const
export const scalarInputs = ['learningRate', 'clipScale', 'biasCorrection1', 'biasCorrection2'] as const

/**
 * (weights, m, v, gradient: vectors of `length`; scalars) → next weights, m, v, each written over its input; an ONNX
 * model. It knows no parameters: one serves every piece of a slab that is so long.
 */
export function updateGraph(length: number, decay: boolean, optimizer: AdamOptions): Uint8Array {
  const vectors = [...stateParts, 'gradient'].map((name) => ({ name, shape: [length], dtype: 'float32' as const }))
  const scalars = scalarInputs.map((name) => ({ name, shape: [], dtype: 'float32' as const }))
  const inPlace = Object.fromEntries(stateParts.map((part) => [nextOf(part), part]))
  const update = (t: Record<string, tf.Tensor>) => {
    const at = (name: string) => t[name] as tf.Tensor
    const state = { weights: at('weights'), m: at('m'), v: at('v') }
    const stepScalars = {
      learningRate: at('learningRate'),
      clipScale: at('clipScale'),
      biasCorrection1: at('biasCorrection1'),
      biasCorrection2: at('biasCorrection2'),
    }
    const next = adamw(state, at('gradient'), stepScalars, optimizer, decay)
    return Object.fromEntries(stateParts.map((part) => [nextOf(part), next[part]]))
  }
  return compile([...vectors, ...scalars], update, { inPlace }).onnx
}

export const nextOf = (part: (typeof stateParts)[number]) => `next ${part}`
