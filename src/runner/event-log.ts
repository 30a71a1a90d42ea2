import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { RunEvent, RunEventBody, Sink } from '../registry/events.ts'
import { eventLine } from './event-text.ts'

/** Progress is told this often at most, and when it is complete. */
const progressEveryMs = 100

/** A run's events: appended to `events.jsonl` as they happen, then handed to the sinks. */
export class EventLog {
  readonly #file: number
  readonly #sinks: Map<Sink, string | undefined>
  readonly #lastProgress = new Map<string, number>()
  #seq = 0
  #failure: unknown

  constructor(path: string, sinks: readonly Sink[]) {
    this.#file = openSync(path, 'a')
    this.#sinks = new Map(sinks.map((sink) => [sink, undefined]))
  }

  emit(body: RunEventBody): void {
    const time = Date.now()
    if (body.type === 'progress' && body.done < body.total) {
      const bar = `${body.stage} ${body.what}`
      if (time - (this.#lastProgress.get(bar) ?? 0) < progressEveryMs) return
      this.#lastProgress.set(bar, time)
    }
    const event: RunEvent = { seq: this.#seq++, time, ...body }
    try {
      if (this.#failure === undefined) writeSync(this.#file, eventLine(event))
    } catch (error) {
      this.#failure = error
    }
    for (const [sink, broken] of this.#sinks) if (broken === undefined) this.#tell(sink, event)
  }

  #tell(sink: Sink, event: RunEvent): void {
    try {
      sink.handle(event)
    } catch (error) {
      this.#sinks.set(sink, `${sink.name}: ${(error as Error).message}`)
    }
  }

  /** Puts what was written on the disk. @throws the first error met when writing. */
  flush(): void {
    if (this.#failure !== undefined) throw this.#failure
    fsyncSync(this.#file)
  }

  /** Ends the log; answers what the sinks did not deliver, one sentence each. */
  async close(): Promise<readonly string[]> {
    const warnings: string[] = []
    try {
      this.flush()
    } catch (error) {
      warnings.push(`events.jsonl is not whole: ${(error as Error).message}`)
    }
    closeSync(this.#file)
    for (const [sink, broken] of this.#sinks) {
      if (broken !== undefined) warnings.push(broken)
      try {
        const { undelivered } = await sink.close()
        if (undelivered !== undefined) warnings.push(undelivered)
      } catch (error) {
        if (broken === undefined) warnings.push(`${sink.name}: ${(error as Error).message}`)
      }
    }
    return warnings
  }
}
