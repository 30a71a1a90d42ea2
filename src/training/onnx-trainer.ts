import type { Binding, Executor, ExecutorSession, HostTensor } from '../compiler/executor.ts'
import type { Batch, Classifier, OptimizerState, Trainer, TrainerSpec, Weights } from '../registry/engine.ts'
import { adamwScalars, clipScale } from './adamw.ts'
import type { GraphCache } from './graph-cache.ts'
import { gradientOf, imageShape, pieces, scalarInputs, stateParts, updateGraph } from './graphs.ts'
import { float32, OnnxPredictor, weightTensors } from './onnx-predictor.ts'
import { ParameterSlab, type SlabLayout, slabLayout } from './parameter-slab.ts'

interface GradientBinding {
  readonly binding: Binding
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

interface Update {
  readonly session: ExecutorSession
  readonly binding: Binding
  readonly scalars: Readonly<Record<(typeof scalarInputs)[number], Float32Array>>
}

interface Slabs {
  readonly weights: ParameterSlab
  readonly m: ParameterSlab
  readonly v: ParameterSlab
  readonly gradients: ParameterSlab
}

/** Weights, moments and gradients lie in one buffer each; the graphs of every batch size read and write them there. */
export async function createOnnxTrainer(executor: Executor, graphs: GraphCache, spec: TrainerSpec): Promise<Trainer> {
  const layout = slabLayout(spec.classifier.parameters)
  const slab = () => new ParameterSlab(layout)
  const slabs = { weights: slab(), m: slab(), v: slab(), gradients: slab() }
  slabs.weights.set(spec.weights)
  return new OnnxTrainer(graphs, spec, slabs, await bindUpdate(executor, spec, layout, slabs))
}

class OnnxTrainer implements Trainer {
  readonly #graphs: GraphCache
  readonly #spec: TrainerSpec
  readonly #slabs: Slabs
  readonly #update: Update
  readonly #predictor: OnnxPredictor
  readonly #bySize = new Map<number, GradientBinding>()
  readonly #loss = float32([])
  readonly #squaredGradNorm = float32([])
  #step = 0

  constructor(graphs: GraphCache, spec: TrainerSpec, slabs: Slabs, update: Update) {
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
    const scalars = adamwScalars(this.#step, learningRate, clipScale(gradNorm, maxGradNorm), optimizer)
    for (const name of scalarInputs) this.#update.scalars[name][0] = scalars[name]
    await this.#update.binding.run()
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
    this.#update.session.dispose()
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

async function bindUpdate(executor: Executor, spec: TrainerSpec, layout: SlabLayout, slabs: Slabs): Promise<Update> {
  const parts = pieces(layout.decayed, layout.size)
  const session = await executor.load(updateGraph(parts, spec.optimizer))
  const inputs: Record<string, HostTensor> = {}
  const outputs: Record<string, HostTensor> = {}
  for (const [i, { offset, length }] of parts.entries()) {
    const piece = (slab: ParameterSlab): HostTensor => {
      const data = slab.data.subarray(offset, offset + length)
      return { dtype: 'float32', shape: [length], data }
    }
    inputs[`gradient ${i}`] = piece(slabs.gradients)
    for (const part of stateParts) {
      inputs[`${part} ${i}`] = piece(slabs[part])
      outputs[`next ${part} ${i}`] = piece(slabs[part])
    }
  }
  const scalar = () => new Float32Array(1)
  const scalars = { learningRate: scalar(), clipScale: scalar(), biasCorrection1: scalar(), biasCorrection2: scalar() }
  for (const name of scalarInputs) inputs[name] = { dtype: 'float32', shape: [], data: scalars[name] }
  return { session, binding: session.bind(inputs, outputs), scalars }
}
