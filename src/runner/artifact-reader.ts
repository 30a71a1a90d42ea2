import { type InputPorts, type InputValues, portOf } from '../registry/artifact.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import type { Outputs } from './decide.ts'
import type { Store } from './store.ts'

/** Reads artifacts from the store, each of them once per run. */
export class ArtifactReader {
  readonly #store: Store
  readonly #values = new Map<string, Promise<unknown>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The values of a stage's input ports, in the shape its declaration asks for. */
  async inputs(stage: ResolvedStage, made: ReadonlyMap<string, Outputs>): Promise<InputValues<InputPorts>> {
    const values: Record<string, unknown> = {}
    for (const [name, declared] of Object.entries(stage.stage.inputs as InputPorts)) {
      const { type, arity } = portOf(declared)
      const found: unknown[] = []
      for (const source of stage.inputs[name] ?? []) {
        const output = made.get(source.stage)?.[source.port]
        if (output === undefined) throw new Error(`${stage.id}: ${source.stage}.${source.port} is not made yet`)
        const memo = `${type.name} ${output.digest}`
        const reading = this.#values.get(memo) ?? type.read(this.#store.objectDir(output.digest))
        this.#values.set(memo, reading)
        found.push(await reading)
      }
      values[name] = arity === 'many' ? found : found[0]
    }
    return values as InputValues<InputPorts>
  }
}
