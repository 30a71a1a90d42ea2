import type * as tf from '@tensorflow/tfjs'
import { compile } from '../compiler/compile.ts'
import type { AdamWOptions, Classifier } from '../registry/engine.ts'
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

const weightInputs = ({ parameters }: Classifier) =>
  parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const }))

/** (weights, pixels) → logits `[batchSize, labels]`; an ONNX model. */
export function forwardGraph(classifier: Classifier, batchSize: number): Uint8Array {
  const pixels = { name: 'pixels', shape: imageShape(classifier, batchSize), dtype: 'float32' as const }
  const forward = (t: Record<string, tf.Tensor>) => ({ logits: classifier.forward(t, t.pixels as tf.Tensor4D) })
  return compile([...weightInputs(classifier), pixels], forward).onnx
}

/** (weights, pixels, labels) → loss, logits, squared gradient norm, gradient of each parameter; an ONNX model. */
export function gradientGraph(classifier: Classifier, batchSize: number): Uint8Array {
  const pixels = { name: 'pixels', shape: imageShape(classifier, batchSize), dtype: 'float32' as const }
  const labels = { name: 'labels', shape: [batchSize], dtype: 'int32' as const }
  return compile([...weightInputs(classifier), pixels, labels], (t) => {
    const step = gradientStep(classifier, t, t.pixels as tf.Tensor4D, t.labels as tf.Tensor1D)
    const gradients = Object.entries(step.gradients).map(([name, tensor]) => [gradientOf(name), tensor])
    return {
      loss: step.loss,
      logits: step.logits,
      squaredGradNorm: step.squaredGradNorm,
      ...(Object.fromEntries(gradients) as Record<string, tf.Tensor>),
    }
  }).onnx
}

export const stateParts = ['weights', 'm', 'v'] as const
export const scalarInputs = ['learningRate', 'clipScale', 'biasCorrection1', 'biasCorrection2'] as const

/**
 * (weights, m, v, gradient: vectors of `length`; scalars) → next weights, m, v, each written over its input; an ONNX
 * model. It knows no parameters: one serves every piece of a slab that is so long.
 */
export function updateGraph(length: number, decay: boolean, optimizer: AdamWOptions): Uint8Array {
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
