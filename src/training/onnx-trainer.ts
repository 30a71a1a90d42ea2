import type { Binding, Executor, HostTensor } from '../compiler/executor.ts'
import type {
  AdamOptions,
  Batch,
  Classifier,
  MicroBatch,
  OptimizerState,
  Trainer,
  TrainerSpec,
  Weights,
} from '../registry/engine.ts'
import { adamwScalars, clipScale } from './adamw.ts'
import type { GraphCache } from './graph-cache.ts'
import { gradientOf, imageShape } from './graphs.ts'
import { float32, OnnxPredictor, type TensorView, weightTensors } from './onnx-predictor.ts'
import { OnnxUpdate, type Slabs } from './onnx-update.ts'
import { ParameterSlab, slabLayout } from './parameter-slab.ts'

interface GradientBinding {
  readonly binding: Binding
  readonly pixels: Float32Array
  readonly targets: Float32Array
}

/** Weights, moments and gradients lie in one buffer each; the graphs of every batch size read and write them there. */
export async function createOnnxTrainer(executor: Executor, graphs: GraphCache, spec: TrainerSpec): Promise<Trainer> {
  const { weights, optimizer, ...stepSpec } = spec
  if (optimizer.name !== 'adamw') throw new Error(`the optimiser ${optimizer.name} is not there yet`)
  const { parameters, buffers } = spec.classifier
  const trained = new Map(spec.trainable.map((parameter) => [parameter.name, parameter]))
  const layout = slabLayout(
    parameters.flatMap((p) => ({ ...p, ...trained.get(p.name) })).filter((p) => trained.has(p.name)),
  )
  const fixedLayout = slabLayout(
    [...parameters, ...buffers].filter(({ name }) => !trained.has(name)).map((tensor) => ({ ...tensor, decay: false })),
  )
  const slab = () => new ParameterSlab(layout)
  const slabs = { weights: slab(), m: slab(), v: slab(), gradients: slab() }
  const fixed = new ParameterSlab(fixedLayout)
  slabs.weights.set(weights)
  fixed.set(weights)
  const update = await OnnxUpdate.create(executor, layout, slabs, optimizer)
  return new OnnxTrainer(graphs, { ...stepSpec, optimizer }, slabs, fixed, update)
}

/** A spec less its initial weights, whose memory should not be held. */
type StepSpec = Omit<TrainerSpec, 'weights' | 'optimizer'> & { readonly optimizer: AdamOptions }

class OnnxTrainer implements Trainer {
  readonly #graphs: GraphCache
  readonly #spec: StepSpec
  readonly #slabs: Slabs
  readonly #fixed: ParameterSlab
  readonly #view: TensorView
  readonly #update: OnnxUpdate
  readonly #predictor: OnnxPredictor
  readonly #bySize = new Map<number, GradientBinding>()
  readonly #loss = float32([])
  readonly #squaredGradNorm = float32([])
  #step = 0

  constructor(graphs: GraphCache, spec: StepSpec, slabs: Slabs, fixed: ParameterSlab, update: OnnxUpdate) {
    this.#graphs = graphs
    this.#spec = spec
    this.#slabs = slabs
    this.#fixed = fixed
    const trained = new Set(spec.trainable.map(({ name }) => name))
    this.#view = (name) => (trained.has(name) ? slabs.weights : fixed).view(name)
    this.#update = update
    this.#predictor = new OnnxPredictor(graphs, spec.classifier, this.#view)
  }

  async step([batch, ...more]: readonly MicroBatch[], learningRate: number) {
    if (batch === undefined || more.length > 0) throw new Error('a step takes one batch')
    const { size, pixels, targets } = batch
    const gradient = this.#bySize.get(size) ?? (await this.#bindGradient(size))
    gradient.pixels.set(pixels)
    gradient.targets.set(targets)
    await gradient.binding.run()
    const [loss = Number.NaN] = this.#loss.data
    const gradNorm = Math.sqrt(this.#squaredGradNorm.data[0] ?? Number.NaN)

    const { maxGradNorm, optimizer } = this.#spec
    this.#step++
    await this.#update.run(adamwScalars(this.#step, learningRate, clipScale(gradNorm, maxGradNorm), optimizer))
    return { loss, gradNorm, skipped: false }
  }

  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    return this.#predictor.logits(batch)
  }

  weights(): Weights {
    return new Map([...this.#slabs.weights.copy(), ...this.#fixed.copy()])
  }

  averagedWeights(): Weights {
    return this.weights()
  }

  optimizerState(): OptimizerState {
    return { step: this.#step, slots: { m: this.#slabs.m.copy(), v: this.#slabs.v.copy() } }
  }

  restore(weights: Weights, { step, slots }: OptimizerState): void {
    this.#fixed.set(weights)
    this.#slabs.weights.set(weights)
    this.#slabs.m.set(slots.m ?? new Map())
    this.#slabs.v.set(slots.v ?? new Map())
    this.#step = step
  }

  async dispose(): Promise<void> {
    await this.#predictor.dispose()
    for (const { binding } of this.#bySize.values()) binding.dispose()
    this.#bySize.clear()
    this.#update.dispose()
  }

  async #bindGradient(size: number): Promise<GradientBinding> {
    const { classifier } = this.#spec
    const trainable = this.#spec.trainable.map(({ name }) => name)
    const session = await this.#graphs.session('gradient', classifier, size, trainable)
    const pixels = float32(imageShape(classifier, size))
    const targets = float32([size, classifier.labels.length])
    const inputs = {
      ...weightTensors(classifier, this.#view),
      pixels,
      targets,
    }
    const binding = session.bind(inputs, {
      loss: this.#loss,
      logits: float32([size, classifier.labels.length]),
      squaredGradNorm: this.#squaredGradNorm,
      ...gradientTensors(classifier, trainable, this.#slabs.gradients),
    })
    const bound = { binding, pixels: pixels.data, targets: targets.data }
    this.#bySize.set(size, bound)
    return bound
  }
}

const gradientTensors = (
  { parameters }: Classifier,
  trainable: readonly string[],
  slab: ParameterSlab,
): Record<string, HostTensor> => {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  return Object.fromEntries(
    trainable.map((name) => [
      gradientOf(name),
      { dtype: 'float32', shape: shapes.get(name) ?? [], data: slab.view(name) },
    ]),
  )
}
