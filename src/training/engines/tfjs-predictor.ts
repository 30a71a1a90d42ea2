import * as tf from '@tensorflow/tfjs'
import type { Batch, Classifier, Predictor, Tensors, Weights } from '../../registry/engine.ts'
import { imageShape } from './graphs.ts'
import { stateOf } from './host-tensor.ts'
import { withKernels } from './missing-kernel.ts'

/** Scores with weights that it keeps as tensors. */
export class TfjsPredictor implements Predictor {
  readonly #classifier: Classifier
  readonly #tensors: Tensors

  constructor(classifier: Classifier, weights: Weights) {
    this.#classifier = classifier
    this.#tensors = tensorsOf(stateOf(classifier), weights)
  }

  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    return logitsOf(this.#classifier, this.#tensors, batch)
  }

  async dispose(): Promise<void> {
    tf.dispose(this.#tensors)
  }
}

export async function logitsOf(
  classifier: Classifier,
  tensors: Tensors,
  { size, pixels }: Pick<Batch, 'size' | 'pixels'>,
): Promise<Float32Array> {
  const logits = withKernels(() =>
    tf.tidy(() => classifier.head(tensors, classifier.features(tensors, pixelsOf(classifier, size, pixels)))),
  )
  const values = await logits.data<'float32'>()
  logits.dispose()
  return values
}

export const pixelsOf = (classifier: Classifier, size: number, pixels: Float32Array): tf.Tensor4D =>
  tf.tensor4d(pixels, imageShape(classifier, size) as [number, number, number, number])

export const tensorsOf = (
  places: readonly { readonly name: string; readonly shape: readonly number[] }[],
  values: Weights,
): Tensors =>
  Object.fromEntries(
    places.map(({ name, shape }) => {
      const value = values.get(name)
      if (value === undefined) throw new Error(`the weights lack "${name}"`)
      return [name, tf.tensor(value.slice(), [...shape], 'float32')]
    }),
  )

export const valuesOf = (tensors: Tensors): Weights =>
  new Map(Object.entries(tensors).map(([name, tensor]) => [name, (tensor.dataSync() as Float32Array).slice()]))
