import { join } from 'node:path'
import { Evaluation } from '../artifacts/evaluation.ts'
import { jsonFile } from '../artifacts/json-artifact.ts'
import type { StageEvent, StageSummary } from '../registry/events.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import { computeStage, type RunScope } from './compute-stage.ts'
import { datasetEvents } from './dataset-event.ts'
import { type Decision, decide, type Outputs } from './decide.ts'
import type { Prepared } from './prepare.ts'
import { linkArtifacts, type RunRecord } from './run-folder.ts'

/** One run while it goes on. */
export class ActiveRun {
  readonly #experiment: ResolvedExperiment
  readonly #force: true | readonly string[]
  readonly #prepared: Prepared
  readonly #scope: RunScope
  readonly #dir: string
  readonly made = new Map<string, Outputs>()
  readonly summaries: StageSummary[] = []

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

  /** Runs the stage or takes its result from the store. @throws what the stage throws, once it is recorded. */
  async stage(stage: ResolvedStage): Promise<void> {
    const { log, signal } = this.#scope
    const started = performance.now()
    const ms = () => Math.round(performance.now() - started)
    let decision: Decision | undefined
    let reason = 'its inputs could not be read'
    try {
      signal.throwIfAborted()
      decision = await decide(stage, this.made, this.#prepared.snapshot)
      const forced = this.#force === true || this.#force.includes(stage.id)
      reason = forced ? 'forced (--force)' : decision.reason
      log.emit({ type: 'stage-started', stage: stage.id, uses: stage.stage.uses, reason })
      let found = decision.lookup.kind === 'hit' && !forced ? decision.lookup : undefined
      if (found === undefined) {
        const computed = await computeStage(stage, decision, this.made, { ...this.#scope, forced })
        if (computed.kind === 'ran') return await this.#finish(stage, decision, computed.outputs, 'ran', reason, ms())
        found = computed.found
        reason = `computed meanwhile by run ${found.manifest.run}`
      }
      await this.#scope.store.touch(found.manifest)
      this.#replay(stage.id, found.events)
      await this.#finish(stage, decision, found.manifest.outputs, 'hit', reason, ms())
    } catch (error) {
      const why = signal.aborted ? 'interrupted' : reason
      this.#conclude(stage, decision, 'failed', why, ms())
      throw error
    }
  }

  #replay(stage: string, events: readonly StageEvent[]): void {
    for (const event of events) this.#scope.log.emit({ ...event, stage, replayed: true })
  }

  async #finish(
    stage: ResolvedStage,
    decision: Decision,
    outputs: Outputs,
    status: 'hit' | 'ran',
    reason: string,
    ms: number,
  ): Promise<void> {
    const { log, store, sources } = this.#scope
    this.made.set(stage.id, outputs)
    await linkArtifacts(this.#dir, stage.id, outputs, store)
    for (const event of datasetEvents(stage, outputs, this.#prepared.stages, sources)) log.emit(event)
    for (const { type, digest } of Object.values(outputs)) {
      if (type !== Evaluation.name) continue
      const path = join(store.objectDir(digest), jsonFile)
      log.emit({ type: 'artifact', stage: stage.id, name: 'evaluation.json', path })
    }
    if (status === 'ran') log.flush()
    this.#conclude(stage, decision, status, reason, ms)
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
    this.summaries.push(summary)
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
