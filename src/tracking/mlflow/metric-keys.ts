import type { RunFacts } from '../../registry/events.ts'
import { keyOf } from './limits.ts'

const familyOf = (uses: string) => uses.split('/', 1)[0] ?? ''

/**
 * The MLflow key of each metric. It is the metric's own name (`train/loss`) unless another stage could log the same
 * one: stages of a family that occurs twice, and a stage whose name for it is taken, log `<stage>/test/accuracy`.
 */
export class MetricKeys {
  readonly #shared: ReadonlySet<string>
  readonly #ownerOf = new Map<string, string>()
  /** By key: the last step logged. */
  readonly #steps = new Map<string, { readonly stage: string; readonly name: string; readonly step: number }>()

  constructor(stages: RunFacts['stages']) {
    const families = stages.map((s) => familyOf(s.uses))
    const repeated = families.filter((f, i) => families.indexOf(f) !== i)
    this.#shared = new Set(stages.filter((s) => repeated.includes(familyOf(s.uses))).map((s) => s.id))
  }

  key(stage: string, name: string, step: number): string {
    if (!this.#ownerOf.has(name) && !this.#shared.has(stage)) this.#ownerOf.set(name, stage)
    const key = keyOf(this.#ownerOf.get(name) === stage ? name : `${stage}/${name}`)
    this.#steps.set(key, { stage, name, step })
    return key
  }

  /** Entries of the run's final metrics that went under no key yet, each with the step of what it repeats. */
  missing(metrics: Readonly<Record<string, number>>): readonly { key: string; value: number; step: number }[] {
    const logged = [...this.#steps.values()]
    const covered = new Set(logged.map(({ stage, name }) => `${stage}/${name}`))
    return Object.entries(metrics)
      .map(([name, value]) => ({ name, key: keyOf(name), value }))
      .filter(({ name, key }) => !this.#steps.has(key) && !covered.has(name))
      .map(({ name, key, value }) => ({ key, value, step: logged.findLast((l) => l.name === name)?.step ?? 0 }))
  }
}
