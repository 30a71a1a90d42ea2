import type { RunEvent, Sink } from '../registry/events.ts'

/** Last values of a run's metrics, followed from its events. */
export class RunMetrics implements Sink {
  readonly name = 'metrics'
  readonly #byStage = new Map<string, Map<string, number>>()

  handle(event: RunEvent): void {
    // Stages side by side come in any order: the experiment's is kept.
    if (event.type === 'run-started') for (const { id } of event.run.stages) this.#byStage.set(id, new Map())
    if (event.type !== 'metric') return
    const own = this.#byStage.get(event.stage) ?? new Map<string, number>()
    this.#byStage.set(event.stage, own.set(event.name, event.value))
  }

  async close() {
    return {}
  }

  /** `<stage>/<name>` for each; `<name>` too where one stage alone has it. */
  toJSON(): Record<string, number> {
    const metrics: Record<string, number> = {}
    const stagesWith = new Map<string, number>()
    for (const [stage, own] of this.#byStage) {
      for (const [name, value] of own) {
        metrics[`${stage}/${name}`] = value
        stagesWith.set(name, (stagesWith.get(name) ?? 0) + 1)
      }
    }
    for (const own of this.#byStage.values()) {
      for (const [name, value] of own) {
        if (stagesWith.get(name) === 1 && !Object.hasOwn(metrics, name)) metrics[name] = value
      }
    }
    return metrics
  }
}
