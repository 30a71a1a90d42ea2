import type * as tf from '@tensorflow/tfjs'
import { compile } from '../compiler/compile.ts'
import type { DType } from '../compiler/ir.ts'
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

/** Consecutive elements of a parameter slab that one part of the update graph handles. */
export interface Piece {
  readonly offset: number
  readonly length: number
  readonly decay: boolean
}

/** Small enough that a piece's weights, moments and temporaries stay in a core's cache. */
const pieceLength = 1 << 16

export function pieces(decayed: number, size: number): readonly Piece[] {
  const cut = (from: number, to: number, decay: boolean): Piece[] =>
    Array.from({ length: Math.ceil((to - from) / pieceLength) }, (_, i) => {
      const offset = from + i * pieceLength
      return { offset, length: Math.min(pieceLength, to - offset), decay }
    })
  return [...cut(0, decayed, true), ...cut(decayed, size, false)]
}

export const stateParts = ['weights', 'm', 'v'] as const
export const scalarInputs = ['learningRate', 'clipScale', 'biasCorrection1', 'biasCorrection2'] as const

/** (weights, m, v, gradient per piece; scalars) → next weights, m, v, each written over its input; an ONNX model. */
export function updateGraph(pieces: readonly Piece[], optimizer: AdamWOptions): Uint8Array {
  const vectors = pieces.flatMap(({ length }, i) =>
    [...stateParts, 'gradient'].map((part) => ({ name: `${part} ${i}`, shape: [length], dtype: 'float32' as DType })),
  )
  const scalars = scalarInputs.map((name) => ({ name, shape: [], dtype: 'float32' as DType }))
  const inPlace = Object.fromEntries(
    pieces.flatMap((_, i) => stateParts.map((part) => [`next ${part} ${i}`, `${part} ${i}`])),
  )
  const update = (t: Record<string, tf.Tensor>) => {
    const at = (name: string) => t[name] as tf.Tensor
    const stepScalars = {
      learningRate: at('learningRate'),
      clipScale: at('clipScale'),
      biasCorrection1: at('biasCorrection1'),
      biasCorrection2: at('biasCorrection2'),
    }
    const next: Record<string, tf.Tensor> = {}
    for (const [i, { decay }] of pieces.entries()) {
      const state = { weights: at(`weights ${i}`), m: at(`m ${i}`), v: at(`v ${i}`) }
      const updated = adamw(state, at(`gradient ${i}`), stepScalars, optimizer, decay)
      for (const part of stateParts) next[`next ${part} ${i}`] = updated[part]
    }
    return next
  }
  return compile([...vectors, ...scalars], update, { inPlace }).onnx
}
