import type { Binding, Executor, ExecutorSession, HostTensor } from '../compiler/executor.ts'
import type { AdamOptions } from '../registry/engine.ts'
import type { AdamWScalars } from './adamw.ts'
import { nextOf, scalarInputs, stateParts, updateGraph } from './graphs.ts'
import type { ParameterSlab, SlabLayout } from './parameter-slab.ts'

export interface Slabs {
  readonly weights: ParameterSlab
  readonly m: ParameterSlab
  readonly v: ParameterSlab
  readonly gradients: ParameterSlab
}

interface Piece {
  readonly offset: number
  readonly length: number
  readonly decay: boolean
}

/** Elements: so few that a piece's weights, moments and temporaries stay in cache, so many that calls cost nothing. */
const pieceLength = 1 << 18

function pieces({ decayed, size }: SlabLayout): readonly Piece[] {
  const cut = (from: number, to: number, decay: boolean): Piece[] =>
    Array.from({ length: Math.ceil((to - from) / pieceLength) }, (_, i) => {
      const offset = from + i * pieceLength
      return { offset, length: Math.min(pieceLength, to - offset), decay }
    })
  return [...cut(0, decayed, true), ...cut(decayed, size, false)]
}

/** AdamW over whole slabs in place, piece by piece with the same few graphs. */
export class OnnxUpdate {
  readonly #sessions: readonly ExecutorSession[]
  readonly #bindings: readonly Binding[]
  readonly #scalars: AdamWScalars<Float32Array>

  private constructor(
    sessions: readonly ExecutorSession[],
    bindings: readonly Binding[],
    scalars: AdamWScalars<Float32Array>,
  ) {
    this.#sessions = sessions
    this.#bindings = bindings
    this.#scalars = scalars
  }

  static async create(executor: Executor, layout: SlabLayout, slabs: Slabs, optimizer: AdamOptions) {
    const scalar = () => new Float32Array(1)
    const scalars = {
      learningRate: scalar(),
      clipScale: scalar(),
      biasCorrection1: scalar(),
      biasCorrection2: scalar(),
    }
    const sessions = new Map<string, ExecutorSession>()
    const bindings: Binding[] = []
    for (const piece of pieces(layout)) {
      const key = `${piece.length} ${piece.decay}`
      const session = sessions.get(key) ?? (await executor.load(updateGraph(piece.length, piece.decay, optimizer)))
      sessions.set(key, session)
      bindings.push(bind(session, piece, slabs, scalars))
    }
    return new OnnxUpdate([...sessions.values()], bindings, scalars)
  }

  async run(scalars: AdamWScalars<number>): Promise<void> {
    for (const name of scalarInputs) this.#scalars[name][0] = scalars[name]
    for (const binding of this.#bindings) await binding.run()
  }

  dispose(): void {
    for (const session of this.#sessions) session.dispose()
  }
}

function bind(
  session: ExecutorSession,
  { offset, length }: Piece,
  slabs: Slabs,
  scalars: AdamWScalars<Float32Array>,
): Binding {
  const part = (slab: ParameterSlab): HostTensor => ({
    dtype: 'float32',
    shape: [length],
    data: slab.data.subarray(offset, offset + length),
  })
  const inputs: Record<string, HostTensor> = { gradient: part(slabs.gradients) }
  const outputs: Record<string, HostTensor> = {}
  for (const name of stateParts) {
    const state = part(slabs[name])
    inputs[name] = state
    outputs[nextOf(name)] = state
  }
  for (const name of scalarInputs) inputs[name] = { dtype: 'float32', shape: [], data: scalars[name] }
  return session.bind(inputs, outputs)
}
