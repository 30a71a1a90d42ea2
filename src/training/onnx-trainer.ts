import type { Binding, Executor, HostTensor } from '../compiler/executor.ts'
import type { Batch, Classifier, OptimizerState, Trainer, TrainerSpec, Weights } from '../registry/engine.ts'
import { adamwScalars, clipScale } from './adamw.ts'
import type { GraphCache } from './graph-cache.ts'
import { gradientOf, imageShape } from './graphs.ts'
import { float32, OnnxPredictor, weightTensors } from './onnx-predictor.ts'
import { OnnxUpdate, type Slabs } from './onnx-update.ts'
import { ParameterSlab, slabLayout } from './parameter-slab.ts'

interface GradientBinding {
  readonly binding: Binding
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

/** Weights, moments and gradients lie in one buffer each; the graphs of every batch size read and write them there. */
export async function createOnnxTrainer(executor: Executor, graphs: GraphCache, spec: TrainerSpec): Promise<Trainer> {
  const layout = slabLayout(spec.classifier.parameters)
  const slab = () => new ParameterSlab(layout)
  const slabs = { weights: slab(), m: slab(), v: slab(), gradients: slab() }
  const { weights, ...stepSpec } = spec
  slabs.weights.set(weights)
  return new OnnxTrainer(graphs, stepSpec, slabs, await OnnxUpdate.create(executor, layout, slabs, spec.optimizer))
}

/** A spec less its initial weights, whose memory should not be held. */
type StepSpec = Omit<TrainerSpec, 'weights'>

class OnnxTrainer implements Trainer {
  readonly #graphs: GraphCache
  readonly #spec: StepSpec
  readonly #slabs: Slabs
  readonly #update: OnnxUpdate
  readonly #predictor: OnnxPredictor
  readonly #bySize = new Map<number, GradientBinding>()
  readonly #loss = float32([])
  readonly #squaredGradNorm = float32([])
  #step = 0

  constructor(graphs: GraphCache, spec: StepSpec, slabs: Slabs, update: OnnxUpdate) {
    this.#graphs = graphs
    this.#spec = spec
    this.#slabs = slabs
    this.#update = update
    this.#predictor = new OnnxPredictor(graphs, spec.classifier, slabs.weights)
  }

  async step({ size, pixels, labels }: Batch, learningRate: number) {
    const gradient = this.#bySize.get(size) ?? (await this.#bindGradient(size))
    gradient.pixels.set(pixels)
    gradient.labels.set(labels)
    await gradient.binding.run()
    const [loss = Number.NaN] = this.#loss.data
    const gradNorm = Math.sqrt(this.#squaredGradNorm.data[0] ?? Number.NaN)

    const { maxGradNorm, optimizer } = this.#spec
    this.#step++
    await this.#update.run(adamwScalars(this.#step, learningRate, clipScale(gradNorm, maxGradNorm), optimizer))
    return { loss, gradNorm }
  }

  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    return this.#predictor.logits(batch)
  }

  weights(): Weights {
    return this.#slabs.weights.copy()
  }

  optimizerState(): OptimizerState {
    return { step: this.#step, m: this.#slabs.m.copy(), v: this.#slabs.v.copy() }
  }

  restore(weights: Weights, { step, m, v }: OptimizerState): void {
    this.#slabs.weights.set(weights)
    this.#slabs.m.set(m)
    this.#slabs.v.set(v)
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
    const session = await this.#graphs.session('gradient', classifier, size)
    const pixels = float32(imageShape(classifier, size))
    const labels = new Int32Array(size)
    const inputs = {
      ...weightTensors(classifier, this.#slabs.weights),
      pixels,
      labels: { dtype: 'int32' as const, shape: [size], data: labels },
    }
    const binding = session.bind(inputs, {
      loss: this.#loss,
      logits: float32([size, classifier.labels.length]),
      squaredGradNorm: this.#squaredGradNorm,
      ...gradientTensors(classifier, this.#slabs.gradients),
    })
    const bound = { binding, pixels: pixels.data, labels }
    this.#bySize.set(size, bound)
    return bound
  }
}

const gradientTensors = (classifier: Classifier, slab: ParameterSlab): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(weightTensors(classifier, slab)).map(([name, tensor]) => [gradientOf(name), tensor]),
  )
