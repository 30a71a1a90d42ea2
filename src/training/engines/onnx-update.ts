import type { Binding, BoundTensor, Executor, ExecutorSession, HostTensor } from '../../compiler/executor.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { GraphCache } from './graph-cache.ts'
import { float32 } from './host-tensor.ts'
import type { ParameterSlab, SlabLayout, SlabPart } from './parameter-slab.ts'
import { nextOf, stepScalars, updateGraph } from './update-graph.ts'

export interface Slabs {
  readonly weights: ParameterSlab
  readonly gradients: ParameterSlab
  /** The optimiser's vectors by slot. */
  readonly slots: Readonly<Record<string, ParameterSlab>>
}

/** Elements: so few that a piece's weights, moments and temporaries stay in cache, so many that calls cost nothing. */
const pieceLength = 1 << 18

/** Pieces under way at once: they are so small that ONNX Runtime seldom shares one among threads. */
const lanes = 2

const cut = (part: SlabPart): readonly SlabPart[] =>
  Array.from({ length: Math.ceil(part.length / pieceLength) }, (_, i) => {
    const done = i * pieceLength
    return { ...part, offset: part.offset + done, length: Math.min(pieceLength, part.length - done) }
  })

/** A device updates much at once; the CPU, what its caches hold. */
function pieces({ target, divisible }: Executor, layout: SlabLayout): readonly SlabPart[] {
  if (!divisible) return layout.tensors
  return target.provider === 'cpu' ? layout.parts.flatMap(cut) : layout.parts
}

type Scalars = Readonly<Record<string, HostTensor>>

/** An optimiser over whole slabs in place, piece by piece with the same few graphs. */
export class OnnxUpdate {
  readonly #optimizer: Optimizer
  readonly #bindings: readonly Binding[]
  /** By factor on the learning rate. */
  readonly #learningRates: ReadonlyMap<number, HostTensor>
  readonly #shared: Scalars

  private constructor(
    optimizer: Optimizer,
    bindings: readonly Binding[],
    learningRates: ReadonlyMap<number, HostTensor>,
    shared: Scalars,
  ) {
    this.#optimizer = optimizer
    this.#bindings = bindings
    this.#learningRates = learningRates
    this.#shared = shared
  }

  static async create(executor: Executor, graphs: GraphCache, layout: SlabLayout, slabs: Slabs, optimizer: Optimizer) {
    const sharedNames = [...stepScalars.filter((name) => name !== 'learningRate'), ...Object.keys(optimizer.scalars(1))]
    const shared = Object.fromEntries(sharedNames.map((name) => [name, float32([])]))
    const learningRates = new Map(layout.parts.map(({ learningRateFactor }) => [learningRateFactor, float32([])]))
    const sessions = new Map<string, ExecutorSession>()
    const bindings: Binding[] = []
    for (const piece of pieces(executor, layout)) {
      const key = `${piece.length} ${piece.decay}`
      const session =
        sessions.get(key) ??
        (await graphs.load(updateGraph(piece.length, piece.decay, optimizer, executor.target).onnx))
      sessions.set(key, session)
      const learningRate = learningRates.get(piece.learningRateFactor) as HostTensor
      bindings.push(bind(session, piece, slabs, { ...shared, learningRate }))
    }
    return new OnnxUpdate(optimizer, bindings, learningRates, shared)
  }

  /** Update `step`, counted from 1. */
  async run(step: number, learningRate: number, clipScale: number): Promise<void> {
    for (const [factor, { data }] of this.#learningRates) data[0] = learningRate * factor
    for (const [name, value] of Object.entries({ clipScale, ...this.#optimizer.scalars(step) }))
      (this.#shared[name] as HostTensor).data[0] = value
    const waiting = this.#bindings.values()
    const lane = async () => {
      for (const binding of waiting) await binding.run()
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  dispose(): void {
    for (const binding of this.#bindings) binding.dispose()
  }
}

function bind(session: ExecutorSession, piece: SlabPart, slabs: Slabs, scalars: Scalars): Binding {
  const inputs: Record<string, BoundTensor> = { ...scalars, gradient: slabs.gradients.part(piece) }
  const outputs: Record<string, BoundTensor> = {}
  for (const [name, slab] of Object.entries({ weights: slabs.weights, ...slabs.slots })) {
    const state = slab.part(piece)
    inputs[name] = state
    outputs[nextOf(name)] = state
  }
  return session.bind(inputs, outputs)
}
