import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { StageEvent } from '../registry/events.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import { metricDeclaration } from '../registry/metrics.ts'
import type { EventLog } from './event-log.ts'
import { eventLine, parseEvents } from './event-text.ts'

type Kept = Exclude<StageEvent, { type: 'progress' }>
type Metric = Extract<StageEvent, { type: 'metric' }>

const nameOf = (event: Kept) => (event.type === 'metric' ? `${event.name} ${event.step}` : event.message)

/**
 * The events of one stage. They are kept in a file as they come, so that a stage that resumes after a crash still has
 * those from before it: what is said again with the same name and step replaces them.
 */
export class StageRecorder {
  readonly #stage: ResolvedStage
  readonly #log: EventLog
  readonly #kept = new Map<string, Kept>()
  readonly #file: number

  constructor(stage: ResolvedStage, log: EventLog, file: string) {
    this.#stage = stage
    this.#log = log
    for (const event of earlierEvents(file)) {
      this.#kept.set(nameOf(event), event)
      log.emit({ ...event, stage: stage.id, replayed: true })
    }
    this.#file = openSync(file, 'w')
    for (const event of this.#kept.values()) writeSync(this.#file, eventLine(event))
  }

  /** What belongs to the stage's result. */
  get events(): readonly StageEvent[] {
    return [...this.#kept.values()]
  }

  metric(name: string, value: number, step: number, epoch?: number): void {
    if (metricDeclaration(this.#stage.stage.metrics, name) === undefined) {
      throw new TypeError(`${this.#stage.stage.uses} does not declare the metric ${name}`)
    }
    this.#keep({ type: 'metric', name, value, step, ...(epoch === undefined ? {} : { epoch }) })
  }

  warn(message: string): void {
    this.#keep({ type: 'warning', message })
  }

  progress(done: number, total: number, what: string): void {
    this.#log.emit({ type: 'progress', done, total, what, stage: this.#stage.id, replayed: false })
  }

  #keep(event: Kept): void {
    const known = this.#kept.get(nameOf(event))
    if (known !== undefined && same(known, event)) return
    this.#kept.set(nameOf(event), event)
    writeSync(this.#file, eventLine(event))
    this.#log.emit({ ...event, stage: this.#stage.id, replayed: false })
  }

  close(): void {
    closeSync(this.#file)
  }
}

const same = (a: Kept, b: Kept) =>
  a.type !== 'metric' || (Object.is(a.value, (b as Metric).value) && a.epoch === (b as Metric).epoch)

function earlierEvents(file: string): Kept[] {
  try {
    return parseEvents<Kept>(readFileSync(file, 'utf8'))
  } catch {
    return []
  }
}
