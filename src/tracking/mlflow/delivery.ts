import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent, RunFacts } from '../../registry/events.ts'
import { filesOf } from './artifact-files.ts'
import { uploadArtifact } from './artifacts.ts'
import type { KeyValue, MlflowClient, MlflowMetric, MlflowRun, MlflowStatus } from './client.ts'
import { MlflowFailure } from './http.ts'
import { batchLimits, chunks, keyOf, protoNumber, tagValueOf } from './limits.ts'
import { MetricKeys } from './metric-keys.ts'
import { experimentId, logParams, openRun, paramsOf } from './run-setup.ts'

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>

const statusOf: Readonly<Record<Event<'run-finished'>['status'], MlflowStatus>> = {
  finished: 'FINISHED',
  failed: 'FAILED',
  interrupted: 'KILLED',
}

/** Files of the run's folder that say what ran. */
const runFiles = ['resolved.yaml', 'lock.json'] as const

/** MLflow's dataset digests are at most this long. */
const digestLength = 36

/** Turns a run's events, in order, into MLflow calls. Every call may be repeated after a failure. */
export class Delivery {
  readonly #client: MlflowClient
  readonly #experiment: string
  #run: MlflowRun | undefined
  #keys = new MetricKeys([])
  #dir = ''
  /** Keys that had a NaN: the first one is logged, more of them break the server's charts. */
  readonly #nan = new Set<string>()

  constructor(client: MlflowClient, experiment: string) {
    this.#client = client
    this.#experiment = experiment
  }

  get started(): boolean {
    return this.#run !== undefined
  }

  /** @throws MlflowFailure */
  async start(facts: RunFacts, time: number): Promise<{ readonly refusedParams: number }> {
    if (this.#run === undefined) {
      const experiment = await experimentId(this.#client, this.#experiment)
      this.#run = await openRun(this.#client, experiment, facts, time)
      this.#keys = new MetricKeys(facts.stages)
      this.#dir = facts.dir
    }
    return { refusedParams: await logParams(this.#client, this.#run.runId, paramsOf(facts)) }
  }

  async metrics(events: readonly Event<'metric'>[]): Promise<void> {
    await this.#log(
      events.map((e) => ({
        key: this.#keys.key(e.stage, e.name, e.step),
        // An event read back from the log says "NaN" where JSON has no number.
        value: protoNumber(Number(e.value)),
        timestamp: e.time,
        step: Math.round(e.step),
      })),
    )
  }

  /** Answers what the server refused of it, if anything. @throws MlflowFailure */
  async event(event: Exclude<RunEvent, Event<'metric' | 'run-started'>>): Promise<string | undefined> {
    switch (event.type) {
      case 'dataset': {
        const { name, digest, source, context } = event
        await this.#client.logDataset(this.#runId, { name, digest: digest.slice(0, digestLength), source, context })
        break
      }
      case 'stage-finished':
        await this.#client.logBatch(this.#runId, { tags: stageTags(event) })
        break
      case 'artifact':
        for (const file of await filesOf(event)) {
          if (this.#run !== undefined) await uploadArtifact(this.#client, this.#run, file)
        }
        break
      case 'run-finished': {
        const refused = await this.#lastMetrics(event)
        await this.#client.updateRun(this.#runId, statusOf[event.status], event.time)
        return refused ?? (await this.#runFiles())
      }
      default:
        break
    }
    return undefined
  }

  /** The run's final metrics that went under no key yet. A refusal is answered: the run is closed all the same. */
  async #lastMetrics(event: Event<'run-finished'>): Promise<string | undefined> {
    const metrics = this.#keys
      .missing(event.metrics)
      .map(({ key, value, step }) => ({ key, value: protoNumber(Number(value)), timestamp: event.time, step }))
    try {
      for (const batch of chunks(metrics, batchLimits.metrics)) await this.#log(batch)
      return undefined
    } catch (error) {
      if (error instanceof MlflowFailure && !error.temporary) return `final metrics: ${error.message}`
      throw error
    }
  }

  /** What the run was, as its folder tells it. Sent last: the run is closed whether or not its store takes files. */
  async #runFiles(): Promise<string | undefined> {
    try {
      for (const name of runFiles) {
        const path = join(this.#dir, name)
        if (this.#run !== undefined && existsSync(path)) await uploadArtifact(this.#client, this.#run, { name, path })
      }
      return undefined
    } catch (error) {
      return `${runFiles.join(' and ')}: ${(error as Error).message}`
    }
  }

  get #runId(): string {
    return this.#run?.runId ?? ''
  }

  async #log(metrics: readonly MlflowMetric[]): Promise<void> {
    const firstNaN = (m: MlflowMetric, i: number) =>
      !this.#nan.has(m.key) && metrics.findIndex((o) => o.key === m.key && o.value === 'NaN') === i
    const sent = metrics.filter((m, i) => m.value !== 'NaN' || firstNaN(m, i))
    if (sent.length > 0) await this.#client.logBatch(this.#runId, { metrics: sent })
    for (const m of sent) if (m.value === 'NaN') this.#nan.add(m.key)
  }
}

function stageTags(event: Event<'stage-finished'>): readonly KeyValue[] {
  const prefix = keyOf(`xp.stage.${event.stage}`)
  const tag = (name: string, value: string) => ({ key: `${prefix}.${name}`, value: tagValueOf(value) })
  return [
    tag('uses', event.uses),
    tag('cache', event.status),
    ...(event.key === undefined ? [] : [tag('key', event.key)]),
    ...(event.reason === '' ? [] : [tag('reason', event.reason)]),
    tag('ms', String(Math.round(event.ms))),
  ]
}
