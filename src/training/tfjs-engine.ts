import * as tf from '@tensorflow/tfjs'
import type {
  AdamOptions,
  Batch,
  Classifier,
  Engine,
  MicroBatch,
  OptimizerState,
  Predictor,
  Tensors,
  Trainer,
  TrainerSpec,
  Weights,
} from '../registry/engine.ts'
import { type AdamWState, adamw, adamwScalars, clipScale } from './adamw.ts'
import { gradientStep } from './gradient-step.ts'
import { plain } from './graphs.ts'

/** Computes every operation at once on an installed tfjs backend: slow on `cpu`, and the oracle for the compiled engine. */
export async function createTfjsEngine(backend = 'cpu'): Promise<Engine> {
  // Keeps tfjs from advertising its native package on the console.
  tf.enableProdMode()
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend "${backend}" does not start here`)
  return {
    facts: { engine: 'tfjs', version: tf.version.tfjs, device: backend },
    async trainer(spec) {
      return new TfjsTrainer(spec)
    },
    async predictor(classifier, weights) {
      return new TfjsPredictor(classifier, weights)
    },
    async dispose() {},
  }
}

class TfjsPredictor implements Predictor {
  protected parameters: Tensors
  protected readonly classifier: Classifier

  constructor(classifier: Classifier, weights: Weights) {
    this.classifier = classifier
    this.parameters = tensorsOf(classifier, weights)
  }

  async logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    const { classifier, parameters } = this
    const logits = tf.tidy(() =>
      classifier.head(parameters, classifier.features(parameters, pixelsOf(classifier, batch))),
    )
    const values = await logits.data<'float32'>()
    logits.dispose()
    return values
  }

  async dispose(): Promise<void> {
    tf.dispose(this.parameters)
  }
}

class TfjsTrainer extends TfjsPredictor implements Trainer {
  readonly #spec: TrainerSpec
  readonly #optimizer: AdamOptions
  #m: Tensors
  #v: Tensors
  #step = 0

  constructor(spec: TrainerSpec) {
    super(spec.classifier, spec.weights)
    if (spec.optimizer.name !== 'adamw') throw new Error(`the optimiser ${spec.optimizer.name} is not there yet`)
    this.#spec = spec
    this.#optimizer = spec.optimizer
    const trained = Object.fromEntries(spec.trainable.map(({ name }) => [name, at(this.parameters, name)]))
    this.#m = zerosLike(trained)
    this.#v = zerosLike(trained)
  }

  async step([batch, ...more]: readonly MicroBatch[], learningRate: number) {
    if (batch === undefined || more.length > 0) throw new Error('a step takes one batch')
    const { classifier, maxGradNorm, trainable } = this.#spec
    const optimizer = this.#optimizer
    const names = trainable.map(({ name }) => name)
    const computed = tf.tidy(() => {
      const targets = tf.tensor2d(batch.targets, [batch.size, classifier.labels.length])
      return gradientStep(classifier, this.parameters, names, pixelsOf(classifier, batch), targets, plain)
    })
    const [loss = Number.NaN] = await computed.loss.data()
    const gradNorm = Math.sqrt((await computed.squaredGradNorm.data())[0] ?? Number.NaN)
    this.#step++
    const numbers = adamwScalars(this.#step, learningRate, clipScale(gradNorm, maxGradNorm), optimizer)
    const next = tf.tidy(() => {
      const scalars = {
        learningRate: tf.scalar(numbers.learningRate),
        clipScale: tf.scalar(numbers.clipScale),
        biasCorrection1: tf.scalar(numbers.biasCorrection1),
        biasCorrection2: tf.scalar(numbers.biasCorrection2),
      }
      const updated = trainable.map(({ name, decay }) => {
        const gradient = at(computed.gradients, name)
        const state = { weights: at(this.parameters, name), m: at(this.#m, name), v: at(this.#v, name) }
        return [name, adamw(state, gradient, scalars, optimizer, decay)] as const
      })
      return pick(updated)
    })
    tf.dispose([computed, names.map((name) => at(this.parameters, name)), this.#m, this.#v])
    this.parameters = { ...this.parameters, ...next.weights }
    this.#m = next.m
    this.#v = next.v
    return { loss, gradNorm, skipped: false }
  }

  weights(): Weights {
    return valuesOf(this.parameters)
  }

  averagedWeights(): Weights {
    return this.weights()
  }

  optimizerState(): OptimizerState {
    return { step: this.#step, slots: { m: valuesOf(this.#m), v: valuesOf(this.#v) } }
  }

  restore(weights: Weights, { step, slots }: OptimizerState): void {
    tf.dispose([this.parameters, this.#m, this.#v])
    this.parameters = tensorsOf(this.classifier, weights)
    const shapes = this.classifier.parameters.filter(({ name }) => this.#spec.trainable.some((p) => p.name === name))
    this.#m = shaped(shapes, slots.m ?? new Map())
    this.#v = shaped(shapes, slots.v ?? new Map())
    this.#step = step
  }

  override async dispose(): Promise<void> {
    await super.dispose()
    tf.dispose([this.#m, this.#v])
  }
}

const at = (tensors: Tensors, name: string) => tensors[name] as tf.Tensor

const pixelsOf = ({ image }: Classifier, { size, pixels }: Pick<Batch, 'size' | 'pixels'>): tf.Tensor4D =>
  tf.tensor4d(pixels, [size, image.height, image.width, image.channels])

const tensorsOf = ({ parameters, buffers }: Classifier, values: Weights): Tensors =>
  shaped([...parameters, ...buffers], values)

const shaped = (places: readonly { readonly name: string; readonly shape: readonly number[] }[], values: Weights) =>
  Object.fromEntries(
    places.map(({ name, shape }) => {
      const value = values.get(name)
      if (value === undefined) throw new Error(`the weights lack "${name}"`)
      return [name, tf.tensor(value.slice(), [...shape], 'float32')]
    }),
  )

const zerosLike = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.zerosLike(tensor)]))

const valuesOf = (tensors: Tensors): Weights =>
  new Map(Object.entries(tensors).map(([name, tensor]) => [name, (tensor.dataSync() as Float32Array).slice()]))

function pick(updated: readonly (readonly [string, AdamWState])[]) {
  const of = (part: keyof AdamWState): Record<string, tf.Tensor> =>
    Object.fromEntries(updated.map(([name, state]) => [name, state[part]]))
  return { weights: of('weights'), m: of('m'), v: of('v') }
}
