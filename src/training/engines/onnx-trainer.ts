import type { Executor } from '../../compiler/executor.ts'
import type {
  Batch,
  MicroBatch,
  OptimizerState,
  StepResult,
  Trainer,
  TrainerSpec,
  Weights,
} from '../../registry/engine.ts'
import { emaSlot, withEma } from '../optimizers/ema.ts'
import { clipScale, optimizerOf } from '../optimizers/optimizer.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { GraphCache } from './graph-cache.ts'
import { float32, stateOf, type TensorView } from './host-tensor.ts'
import { initialLossScale, type LossScale, nextLossScale } from './loss-scale.ts'
import { bindGradient, type OnnxGradient } from './onnx-gradient.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { OnnxUpdate, type Slabs } from './onnx-update.ts'
import { fixedLayout, ParameterSlab, slabLayout } from './parameter-slab.ts'

/** Weights, moments and gradients lie in one buffer each; the graphs of every batch size read and write them there. */
export async function createOnnxTrainer(executor: Executor, graphs: GraphCache, spec: TrainerSpec): Promise<Trainer> {
  const { weights, ...stepSpec } = spec
  const shapes = new Map(stateOf(spec.classifier).map(({ name, shape }) => [name, shape]))
  const layout = slabLayout(spec.trainable.map((rule) => ({ ...rule, shape: shapeOf(shapes, rule.name) })))
  const trained = new Set(spec.trainable.map(({ name }) => name))
  const fixed = new ParameterSlab(
    executor,
    fixedLayout(stateOf(spec.classifier).filter(({ name }) => !trained.has(name))),
  )
  const plain = optimizerOf(spec.optimizer)
  const optimizer = spec.emaDecay === undefined ? plain : withEma(plain, spec.emaDecay)
  const slab = () => new ParameterSlab(executor, layout)
  const slots = Object.fromEntries(optimizer.slots.map((slot) => [slot, slab()]))
  const slabs = { weights: slab(), gradients: slab(), slots }
  slabs.weights.set(weights)
  slots[emaSlot]?.set(weights)
  fixed.set(weights)
  const update = await OnnxUpdate.create(executor, graphs, layout, slabs, optimizer)
  const lossScale = executor.target.precision === 'fp16' ? initialLossScale : undefined
  return new OnnxTrainer(graphs, stepSpec, slabs, fixed, update, lossScale)
}

/** A spec less its initial weights, whose memory should not be held. */
type StepSpec = Omit<TrainerSpec, 'weights'>

class OnnxTrainer implements Trainer {
  readonly #graphs: GraphCache
  readonly #spec: StepSpec
  readonly #slabs: Slabs
  readonly #fixed: ParameterSlab
  readonly #view: TensorView
  readonly #update: OnnxUpdate
  readonly #predictor: OnnxPredictor
  readonly #gradients = new Map<string, OnnxGradient>()
  readonly #loss = float32([])
  readonly #squaredGradNorm = float32([])
  readonly #scale = float32([])
  #lossScale: LossScale | undefined
  #step = 0

  constructor(
    graphs: GraphCache,
    spec: StepSpec,
    slabs: Slabs,
    fixed: ParameterSlab,
    update: OnnxUpdate,
    lossScale: LossScale | undefined,
  ) {
    this.#graphs = graphs
    this.#spec = spec
    this.#slabs = slabs
    this.#fixed = fixed
    const trained = new Set(spec.trainable.map(({ name }) => name))
    const viewOf =
      (moving: ParameterSlab): TensorView =>
      (name) =>
        (trained.has(name) ? moving : fixed).tensor(name)
    this.#view = viewOf(slabs.weights)
    this.#update = update
    this.#lossScale = lossScale
    this.#predictor = new OnnxPredictor(graphs, spec.classifier, viewOf(this.#averaged))
  }

  async step(batches: readonly MicroBatch[], learningRate: number): Promise<StepResult> {
    const { scale } = this.#lossScale ?? { scale: 1 }
    this.#scale.data[0] = scale
    let loss = 0
    for (const [microBatch, batch] of batches.entries()) {
      const gradient = await this.#gradient(batch.size, microBatch > 0)
      await gradient.run(batch, { seed: this.#spec.seed, step: this.#step, microBatch })
      loss += this.#loss.data[0] ?? Number.NaN
    }
    const gradNorm = Math.sqrt(this.#squaredGradNorm.data[0] ?? Number.NaN) / scale
    if (this.#lossScale !== undefined) {
      const finite = Number.isFinite(gradNorm)
      this.#lossScale = nextLossScale(this.#lossScale, finite)
      if (!finite) return { loss, gradNorm, skipped: true }
    }
    await this.#update.run(++this.#step, learningRate, clipScale(gradNorm, this.#spec.maxGradNorm) / scale)
    return { loss, gradNorm, skipped: false }
  }

  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    return this.#predictor.logits(batch)
  }

  weights(): Weights {
    return new Map([...this.#slabs.weights.copy(), ...this.#fixed.copy()])
  }

  averagedWeights(): Weights {
    return new Map([...this.#averaged.copy(), ...this.#fixed.copy()])
  }

  optimizerState(): OptimizerState {
    const slots = Object.entries(this.#slabs.slots).map(([slot, slab]) => [slot, slab.copy()])
    const lossScale = this.#lossScale === undefined ? {} : { lossScale: this.#lossScale }
    return { step: this.#step, slots: Object.fromEntries(slots), ...lossScale }
  }

  restore(weights: Weights, { step, slots, lossScale }: OptimizerState): void {
    this.#fixed.set(weights)
    this.#slabs.weights.set(weights)
    for (const [slot, slab] of Object.entries(this.#slabs.slots)) slab.set(slots[slot] ?? new Map())
    if (this.#lossScale !== undefined) this.#lossScale = lossScale ?? initialLossScale
    this.#step = step
  }

  async dispose(): Promise<void> {
    await this.#predictor.dispose()
    for (const gradient of this.#gradients.values()) gradient.dispose()
    this.#gradients.clear()
    this.#update.dispose()
    for (const slab of [this.#slabs.weights, this.#slabs.gradients, ...Object.values(this.#slabs.slots), this.#fixed])
      slab.dispose()
  }

  get #averaged(): ParameterSlab {
    return this.#slabs.slots[emaSlot] ?? this.#slabs.weights
  }

  /** @param adds whether the gradients are added to those of the micro-batches before */
  async #gradient(batchSize: number, adds: boolean): Promise<OnnxGradient> {
    const key = `${batchSize} ${adds}`
    const known = this.#gradients.get(key)
    if (known !== undefined) return known
    const { classifier, memory } = this.#spec
    const trainable = this.#spec.trainable.map(({ name }) => name)
    const variant = { batchSize, trainable, adds, ...(memory === undefined ? {} : { memory }) }
    const bound = await bindGradient(this.#graphs, classifier, variant, {
      state: this.#view,
      gradients: (name) => this.#slabs.gradients.tensor(name),
      loss: this.#loss,
      squaredGradNorm: this.#squaredGradNorm,
      lossScale: this.#scale,
    })
    this.#gradients.set(key, bound)
    collectGarbage()
    return bound
  }
}

function shapeOf(shapes: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const shape = shapes.get(name)
  if (shape === undefined) throw new Error(`the classifier has no parameter "${name}"`)
  return shape
}
