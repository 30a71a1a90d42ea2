import type { Engine } from '../registry/engine.ts'
import { canonicalJson } from '../std/canonical-json.ts'

/** The engine of a run: made when the first stage that computes asks for it. */
export class LazyEngine {
  readonly #create: () => Promise<Engine>
  readonly #facts: Readonly<Record<string, string>>
  #engine: Promise<Engine> | undefined

  constructor(create: () => Promise<Engine>, facts: Readonly<Record<string, string>>) {
    this.#create = create
    this.#facts = facts
  }

  async get(): Promise<Engine> {
    this.#engine ??= this.#create()
    const engine = await this.#engine
    // A key must not name another engine than the one that computes.
    if (canonicalJson(engine.facts) !== canonicalJson(this.#facts)) {
      throw new Error(`the engine is ${canonicalJson(engine.facts)}, but keys say ${canonicalJson(this.#facts)}`)
    }
    return engine
  }

  async dispose(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined)
    await engine?.dispose()
  }
}
