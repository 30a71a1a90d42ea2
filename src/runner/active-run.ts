import { join } from 'node:path'
import { Evaluation } from '../artifacts/evaluation.ts'
import { jsonFile } from '../artifacts/json-artifact.ts'
import { diskFailure } from '../errors/store.ts'
import type { StageEvent, StageSummary } from '../registry/events.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import { crashPoint } from '../std/crash-point.ts'
import { computeStage, type RunScope } from './compute-stage.ts'
import { datasetEvents } from './dataset-event.ts'
import { type Decision, decide, type Outputs } from './decide.ts'
import type { Prepared } from './prepare.ts'
import { linkArtifacts, type RunRecord } from './run-folder.ts'
import type { Lookup } from './store.ts'

type Hit = Extract<Lookup, { kind: 'hit' }>

/** The reason of the signal that ends stages at work when another one fails. */
export const stoppedByFailure = new Error('another stage failed')

/** One run while it goes on. */
export class ActiveRun {
  readonly #experiment: ResolvedExperiment
  readonly #force: true | readonly string[]
  readonly #prepared: Prepared
  readonly #scope: RunScope
  readonly #dir: string
  readonly made = new Map<string, Outputs>()
  readonly #summaries = new Map<string, StageSummary>()

  constructor(facts: {
    readonly experiment: ResolvedExperiment
    readonly prepared: Prepared
    readonly scope: RunScope
    readonly dir: string
    /** Stages that run although their result is known: all, or those named. */
    readonly force: true | readonly string[]
  }) {
    this.#experiment = facts.experiment
    this.#prepared = facts.prepared
    this.#scope = facts.scope
    this.#dir = facts.dir
    this.#force = facts.force
  }

  /** Of the stages that came to an end, in the experiment's order. */
  get summaries(): readonly StageSummary[] {
    return this.#experiment.stages.flatMap(({ id }) => this.#summaries.get(id) ?? [])
  }

  /**
   * Takes the stage's result from the store where it is there; answers the work that is left where it is not.
   * @throws what goes wrong, once it is recorded; so does the work.
   */
  open(stage: ResolvedStage): Promise<(() => Promise<void>) | undefined> {
    return this.#recorded(stage, undefined, async (ms) => {
      const decision = await decide(stage, this.made, this.#prepared.snapshot)
      const forced = this.#force === true || this.#force.includes(stage.id)
      if (forced) return () => this.#compute(stage, { ...decision, reason: 'forced (--force)' }, true)
      const { lookup } = decision
      if (lookup.kind !== 'hit') return () => this.#compute(stage, decision, false)
      if (!(await this.#scope.store.touch(lookup.manifest)))
        return () => this.#compute(stage, { ...decision, reason: 'its result was removed' }, false)
      this.#begun(stage, decision)
      await this.#recorded(stage, decision, () => this.#reuse(stage, decision, lookup, ms))
      return undefined
    })
  }

  #compute(stage: ResolvedStage, decision: Decision, forced: boolean): Promise<void> {
    return this.#recorded(stage, decision, async (ms) => {
      this.#begun(stage, decision)
      const computed = await computeStage(stage, decision, this.made, { ...this.#scope, forced })
      if (computed.kind === 'ran') return this.#finish(stage, decision, computed.outputs, 'ran', ms())
      const reason = `computed meanwhile by run ${computed.found.manifest.run}`
      return this.#reuse(stage, { ...decision, reason }, computed.found, ms)
    })
  }

  async #reuse(stage: ResolvedStage, decision: Decision, { manifest, events }: Hit, ms: () => number): Promise<void> {
    this.#replay(stage.id, events)
    await this.#finish(stage, decision, manifest.outputs, 'hit', ms())
  }

  /** Does `work`, which is told the milliseconds since; what it throws is recorded as the stage's failure. */
  async #recorded<T>(
    stage: ResolvedStage,
    decision: Decision | undefined,
    work: (ms: () => number) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.#scope
    const started = performance.now()
    const ms = () => Math.round(performance.now() - started)
    try {
      signal.throwIfAborted()
      return await work(ms)
    } catch (error) {
      const reason = signal.aborted
        ? signal.reason === stoppedByFailure
          ? 'another stage failed'
          : 'interrupted'
        : (decision?.reason ?? 'its inputs could not be read')
      if (!this.#summaries.has(stage.id)) this.#conclude(stage, decision, 'failed', reason, ms())
      throw diskFailure(error, stage.id, this.#scope.store.dir) ?? error
    }
  }

  #begun({ id, stage }: ResolvedStage, { reason }: Decision): void {
    this.#scope.log.emit({ type: 'stage-started', stage: id, uses: stage.uses, reason })
  }

  #replay(stage: string, events: readonly StageEvent[]): void {
    for (const event of events) this.#scope.log.emit({ ...event, stage, replayed: true })
  }

  async #finish(
    stage: ResolvedStage,
    decision: Decision,
    outputs: Outputs,
    status: 'hit' | 'ran',
    ms: number,
  ): Promise<void> {
    const { log, store, sources } = this.#scope
    this.made.set(stage.id, outputs)
    await linkArtifacts(this.#dir, stage.id, outputs, store)
    crashPoint('stage.linked')
    for (const event of datasetEvents(stage, outputs, this.#prepared.stages, sources)) log.emit(event)
    for (const { type, digest } of Object.values(outputs)) {
      if (type !== Evaluation.name) continue
      const path = join(store.objectDir(digest), jsonFile)
      log.emit({ type: 'artifact', stage: stage.id, name: 'evaluation.json', path })
    }
    if (status === 'ran') log.flush()
    this.#conclude(stage, decision, status, decision.reason, ms)
  }

  #conclude(
    stage: ResolvedStage,
    decision: Decision | undefined,
    status: StageSummary['status'],
    reason: string,
    ms: number,
  ): void {
    const key = decision === undefined ? {} : { key: decision.key }
    const summary: StageSummary = { id: stage.id, uses: stage.stage.uses, ...key, status, reason, ms }
    this.#summaries.set(stage.id, summary)
    const { id, ...facts } = summary
    this.#scope.log.emit({ type: 'stage-finished', stage: id, ...facts })
  }

  skip(stage: ResolvedStage, reason: string): void {
    this.#conclude(stage, undefined, 'skipped', reason, 0)
  }

  /** What is known of the run so far. */
  record(version: string): RunRecord {
    const { stages, snapshot } = this.#prepared
    const { runId } = this.#scope
    return {
      runId,
      version,
      experiment: this.#experiment,
      stages,
      snapshot,
      summaries: this.summaries,
      made: this.made,
    }
  }
}
