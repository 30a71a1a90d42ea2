import * as tf from '@tensorflow/tfjs'
import type {
  Batch,
  MicroBatch,
  OptimizerState,
  StepResult,
  Tensors,
  Trainer,
  TrainerSpec,
  Weights,
} from '../../registry/engine.ts'
import { elementCount } from '../../std/shape.ts'
import { emaSlot, withEma } from '../optimizers/ema.ts'
import { clipScale, type Optimizer, optimizerOf } from '../optimizers/optimizer.ts'
import { type GradientStep, gradientStep } from './gradient-step.ts'
import { stateOf } from './host-tensor.ts'
import { fillMask, type Mask } from './masks.ts'
import { withKernels } from './missing-kernel.ts'
import { logitsOf, pixelsOf, tensorsOf, valuesOf } from './tfjs-predictor.ts'

type Slots = Readonly<Record<string, Tensors>>

/** Trains with tensors that tfjs holds. `memory: low` changes nothing here: tfjs keeps what its gradients need. */
export class TfjsTrainer implements Trainer {
  readonly #spec: Omit<TrainerSpec, 'weights'>
  readonly #optimizer: Optimizer
  #state: Tensors
  #slots: Slots
  #step = 0

  constructor({ weights, ...spec }: TrainerSpec) {
    this.#spec = spec
    const plain = optimizerOf(spec.optimizer)
    this.#optimizer = spec.emaDecay === undefined ? plain : withEma(plain, spec.emaDecay)
    this.#state = tensorsOf(stateOf(spec.classifier), weights)
    this.#slots = byName(this.#optimizer.slots, (slot) =>
      byName(this.#trained(), (name) => {
        const value = at(this.#state, name)
        return slot === emaSlot ? tf.clone(value) : tf.zerosLike(value)
      }),
    )
  }

  async step(batches: readonly MicroBatch[], learningRate: number): Promise<StepResult> {
    let loss = 0
    let squaredGradNorm = Number.NaN
    let gradients: Tensors = {}
    for (const [microBatch, batch] of batches.entries()) {
      const step = this.#gradient(batch, microBatch, gradients)
      loss += (await step.loss.data())[0] ?? Number.NaN
      squaredGradNorm = (await step.squaredGradNorm.data())[0] ?? Number.NaN
      const replaced = Object.keys(step.buffers).map((name) => at(this.#state, name))
      tf.dispose([step.loss, step.logits, step.squaredGradNorm, gradients, replaced])
      this.#state = { ...this.#state, ...step.buffers }
      gradients = step.gradients
    }
    const gradNorm = Math.sqrt(squaredGradNorm)
    this.#step++
    this.#update(gradients, learningRate, clipScale(gradNorm, this.#spec.maxGradNorm))
    tf.dispose(gradients)
    return { loss, gradNorm, skipped: false }
  }

  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    return logitsOf(this.#spec.classifier, { ...this.#state, ...this.#slots[emaSlot] }, batch)
  }

  weights(): Weights {
    return valuesOf(this.#state)
  }

  averagedWeights(): Weights {
    return valuesOf({ ...this.#state, ...this.#slots[emaSlot] })
  }

  optimizerState(): OptimizerState {
    return { step: this.#step, slots: byName(Object.keys(this.#slots), (slot) => valuesOf(this.#slots[slot] ?? {})) }
  }

  restore(weights: Weights, { step, slots }: OptimizerState): void {
    const trained = new Set(this.#trained())
    const places = stateOf(this.#spec.classifier)
    tf.dispose([this.#state, this.#slots])
    this.#state = tensorsOf(places, weights)
    this.#slots = byName(this.#optimizer.slots, (slot) =>
      tensorsOf(
        places.filter(({ name }) => trained.has(name)),
        slots[slot] ?? new Map(),
      ),
    )
    this.#step = step
  }

  async dispose(): Promise<void> {
    tf.dispose([this.#state, this.#slots])
  }

  #trained(): readonly string[] {
    return this.#spec.trainable.map(({ name }) => name)
  }

  #gradient({ size, pixels, targets }: MicroBatch, microBatch: number, earlier: Tensors): GradientStep {
    const { classifier, seed } = this.#spec
    let drawn = 0
    const mask = ({ shape, rate }: Mask) => {
      const values = new Float32Array(elementCount(shape))
      fillMask(values, rate, { seed, step: this.#step, microBatch }, drawn++)
      return tf.tensor(values, [...shape])
    }
    return withKernels(() =>
      tf.tidy(() =>
        gradientStep({
          classifier,
          tensors: this.#state,
          trainable: this.#trained(),
          pixels: pixelsOf(classifier, size, pixels),
          targets: tf.tensor2d(targets, [size, classifier.labels.length]),
          mask,
          ...(microBatch === 0 ? {} : { earlier: (name: string) => at(earlier, name) }),
        }),
      ),
    )
  }

  #update(gradients: Tensors, learningRate: number, clip: number): void {
    const next = withKernels(() =>
      tf.tidy(() => {
        const own = this.#optimizer.scalars(this.#step)
        const scalars = byName(Object.keys(own), (name) => tf.scalar(own[name] as number))
        return this.#spec.trainable.map(({ name, decay, learningRateFactor }) => {
          const slots = byName(this.#optimizer.slots, (slot) => at(this.#slots[slot] ?? {}, name))
          const step = { learningRate: tf.scalar(learningRate * learningRateFactor), clipScale: tf.scalar(clip) }
          const piece = { weights: at(this.#state, name), slots }
          return { name, ...this.#optimizer.update(piece, at(gradients, name), step, scalars, decay) }
        })
      }),
    )
    tf.dispose([this.#slots, next.map(({ name }) => at(this.#state, name))])
    this.#state = { ...this.#state, ...Object.fromEntries(next.map(({ name, weights }) => [name, weights])) }
    this.#slots = byName(this.#optimizer.slots, (slot) =>
      Object.fromEntries(next.map(({ name, slots }) => [name, at(slots, slot)])),
    )
  }
}

const byName = <T>(names: readonly string[], make: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, make(name)]))

function at(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`there is no tensor "${name}"`)
  return tensor
}
