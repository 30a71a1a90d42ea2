import * as tf from '@tensorflow/tfjs'
import { unsupportedLayer } from '../../errors/models.ts'
import { XpError } from '../../errors/xp-error.ts'
import type { TrainingMode } from '../../registry/engine.ts'
import { batchNorm } from '../layers/batch-norm.ts'

type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor | tf.Tensor[]

/** What is used of a layer of tf.layers beyond its public type. */
export interface LayerParts {
  readonly name: string
  readonly layers?: readonly LayerParts[]
  readonly weights: readonly LayerWeight[]
  call: Call
  getClassName(): string
  getConfig(): Record<string, unknown>
}

/** A variable of tf.layers: what it reads may be exchanged. */
export interface LayerWeight {
  readonly originalName: string
  readonly shape: readonly (number | null)[]
  readonly trainable: boolean
  val: tf.Tensor
  write(value: tf.Tensor): unknown
}

const drawsItsOwnNumbers = ['AlphaDropout', 'GaussianDropout', 'GaussianNoise']

/** The layers of a model that hold no others. */
export const innermost = (model: LayerParts): readonly LayerParts[] =>
  model.layers === undefined ? [model] : model.layers.flatMap(innermost)

/**
 * Lets a layer train here: dropout takes its mask from the training mode, moving statistics become buffers, and what
 * cannot be compiled is said by the layer's name.
 * @param mode the mode of the pass under way; undefined while scoring
 * @throws XP_UNSUPPORTED_LAYER
 */
export function adapt(layer: LayerParts, mode: () => TrainingMode | undefined): void {
  const className = layer.getClassName()
  if (drawsItsOwnNumbers.includes(className))
    throw unsupportedLayer(layer.name, className, 'it draws random numbers that a resumed training could not repeat')
  const call = /Dropout/.test(className)
    ? dropout(layer, mode)
    : className === 'BatchNormalization'
      ? batchNormalization(layer, mode)
      : layer.call.bind(layer)
  layer.call = (inputs, kwargs) => {
    try {
      return call(inputs, kwargs)
    } catch (error) {
      if (error instanceof XpError && error.code === 'XP_UNSUPPORTED_LAYER') throw error
      // The place of the call is in tfjs or here, which tells nothing.
      const reason = (error as Error).message.replace(/, called at [^,]+,/, '')
      throw unsupportedLayer(layer.name, className, reason)
    }
  }
}

const single = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor =>
  Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs

function dropout(layer: LayerParts, mode: () => TrainingMode | undefined): Call {
  const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: readonly (number | null)[] | null }
  return (inputs) => {
    const [x, training] = [single(inputs), mode()]
    if (training === undefined || rate === 0) return x
    const shape = layer.getClassName() === 'SpatialDropout1D' ? [null, 1, null] : noiseShape
    if (shape === undefined || shape === null) return training.dropout(x, rate)
    const shared = shape.map((length, axis) => length ?? (x.shape[axis] as number))
    return tf.mul(x, training.dropout(tf.ones(shared), rate))
  }
}

/** As tf.layers, with a gradient of fewer passes; tf.layers itself cannot train one without scale or center. */
function batchNormalization(layer: LayerParts, mode: () => TrainingMode | undefined): Call {
  const { axis, epsilon, momentum } = layer.getConfig() as { axis: number; epsilon: number; momentum: number }
  return (inputs) => {
    const [x, training] = [single(inputs), mode()]
    const channels = x.shape.at(-1) as number
    if (axis !== -1 && axis !== x.rank - 1)
      throw unsupportedLayer(layer.name, layer.getClassName(), `it normalises axis ${axis}, not the last`)
    const weight = (part: string) => layer.weights.find(({ originalName }) => originalName.endsWith(`/${part}`))
    const [mean, variance] = [weight('moving_mean') as LayerWeight, weight('moving_variance') as LayerWeight]
    const scale = weight('gamma')?.val ?? tf.ones([channels])
    const shift = weight('beta')?.val ?? tf.zeros([channels])
    const moving = { mean: mean.val as tf.Tensor1D, variance: variance.val as tf.Tensor1D }
    if (training === undefined) return batchNorm(x, scale, shift, moving, epsilon).y
    const { y, ...batch } = batchNorm(x, scale, shift, undefined, epsilon)
    const moved = (from: tf.Tensor, to: tf.Tensor) => tf.add(tf.mul(from, momentum), tf.mul(to, 1 - momentum))
    training.setBuffer(mean.originalName, moved(moving.mean, batch.mean))
    training.setBuffer(variance.originalName, moved(moving.variance, batch.variance))
    return y
  }
}
