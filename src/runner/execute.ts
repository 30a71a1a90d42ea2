import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { diskFailure, runsNotWritable, storeNotOpened } from '../errors/store.ts'
import { forcedLeftOut, unknownStageId } from '../errors/wiring.ts'
import type { Engine } from '../registry/engine.ts'
import type { EngineSettings } from '../registry/engine-settings.ts'
import type { ErrorFacts, RunFacts, RunStatus, Sink } from '../registry/events.ts'
import type { ResolvedExperiment } from '../registry/experiment.ts'
import type { SourceProgress, SourceScope } from '../sources/source.ts'
import { crashPoint } from '../std/crash-point.ts'
import { ActiveRun } from './active-run.ts'
import { ArtifactReader } from './artifact-reader.ts'
import { EventLog } from './event-log.ts'
import { LazyEngine } from './lazy-engine.ts'
import { announceRun, type LiveRun } from './live-run.ts'
import { planExperiment } from './plan.ts'
import { type Prepared, prepare } from './prepare.ts'
import { errorFacts } from './run-error.ts'
import { createRunFolder, runFacts } from './run-facts.ts'
import { writeReports, writeRunFiles } from './run-folder.ts'
import { RunMetrics } from './run-metrics.ts'
import type { Execution } from './run-result.ts'
import { type AfterFailure, runStages } from './run-stages.ts'
import { budgetOf } from './schedule.ts'
import type { Store } from './store.ts'

export interface ExecuteOptions {
  readonly experiment: ResolvedExperiment
  readonly store: Store
  readonly runsDir: string
  /** The commits of repositories on the hub that are to be used, where not those of the latest run. */
  readonly pins?: NonNullable<SourceScope['pinned']>
  /** xp's version, for the run's lock file. */
  readonly version: string
  /** What would be `facts` of the engine, without making one. */
  engineFacts(settings: EngineSettings): Promise<Record<string, string>>
  /** Called before any work when a stage that needs the engine may have to run; throws when the engine cannot work. */
  readonly checkEngine?: (() => Promise<void>) | undefined
  /** Called once at most, when a stage that needs the engine has to run. */
  createEngine(settings: EngineSettings): Promise<Engine>
  sinks(run: RunFacts): readonly Sink[]
  readonly signal: AbortSignal
  /** Stages that run although their result is known: all, or those named. */
  readonly force?: true | string | readonly string[]
  /** `finish` when absent. */
  readonly afterFailure?: AfterFailure
  /** Cores that stages may take together, at least 1; all of them by default. */
  readonly jobs?: number
  /** The last stage that takes part; stages it does not need are skipped. */
  readonly until?: string
  /** Told of source data that takes long to get, before the run begins. */
  onSourceProgress?(progress: SourceProgress): void
}

function forcedStages({ force, experiment }: ExecuteOptions): true | readonly string[] {
  if (force === true) return true
  const ids = experiment.stages.map(({ id }) => id)
  const named = force === undefined ? [] : [force].flat()
  for (const id of named) if (!ids.includes(id)) throw unknownStageId('--force', id, ids)
  return named
}

function requireForcedTakePart(force: true | readonly string[], until: string | undefined, { stages }: Prepared): void {
  const absent = force === true ? undefined : force.find((id) => stages.every((stage) => stage.id !== id))
  if (absent !== undefined) throw forcedLeftOut(absent, until ?? '')
}

/** Whether a stage that needs the engine is not known to come from the store. */
async function mayCompute({ stages, snapshot }: Prepared, force: true | readonly string[]): Promise<boolean> {
  const plan = await planExperiment(stages, snapshot)
  const certain = new Set(plan.filter(({ status }) => status === 'hit').map(({ id }) => id))
  const forced = (id: string) => force === true || force.includes(id)
  return stages.some(({ id, stage }) => stage.needs.includes('engine') && (forced(id) || !certain.has(id)))
}

/**
 * Runs an experiment: what is known comes from the store, the rest is made and kept. Failures of stages end the run
 * and are answered; `runs/<runId>` tells of the run however it ends.
 * @throws XpErrors when source data cannot be read, a stage's checks fail or the engine cannot work, before anything is run or recorded;
 * XpError when `force` or `until` name no stage, or the run's folder cannot be written.
 */
export async function executeExperiment(options: ExecuteOptions): Promise<Execution> {
  const { experiment, store } = options
  const force = forcedStages(options)
  const live = await announced(store)
  try {
    const prepared = await prepare(experiment, store, options)
    requireForcedTakePart(force, options.until, prepared)
    if (options.checkEngine !== undefined && (await mayCompute(prepared, force))) await options.checkEngine()
    return await executePrepared(options, prepared, force, live)
  } finally {
    await live.ended()
  }
}

async function announced(store: Store): Promise<LiveRun> {
  try {
    return await announceRun(store.dir)
  } catch (error) {
    throw storeNotOpened(store.dir, error)
  }
}

async function executePrepared(
  options: ExecuteOptions,
  prepared: Prepared,
  force: true | readonly string[],
  live: LiveRun,
): Promise<Execution> {
  const { experiment, store, signal, version, jobs = availableParallelism() } = options
  const { runId, dir, log, metrics } = await openRun(options, prepared, live)
  const stop = new AbortController()
  const engine = new LazyEngine(() => options.createEngine(experiment.engine), prepared.snapshot.engine)
  const scope = {
    runId,
    seed: experiment.seed,
    store,
    log,
    reader: new ArtifactReader(store),
    sources: prepared.sources,
    engine,
    signal: AbortSignal.any([signal, stop.signal]),
  }
  for (const [stage, own] of prepared.sources)
    for (const { warnings = [] } of Object.values(own))
      for (const message of warnings) log.emit({ type: 'warning', stage, message, replayed: false })
  const run = new ActiveRun({ experiment, prepared, scope, dir, force })
  let end = await runStages(run, {
    experiment,
    signal,
    budget: budgetOf(jobs, prepared.snapshot.engine),
    taking: new Set(prepared.stages.map(({ id }) => id)),
    until: options.until,
    afterFailure: options.afterFailure ?? 'finish',
    stop: (reason) => stop.abort(reason),
  })
  try {
    await engine.dispose()
    log.flush()
    await store.saveVerified()
    crashPoint('run.verified-saved')
    const record = run.record(version)
    await writeRunFiles(dir, record, metrics.toJSON())
    crashPoint('run.lock-written')
    for (const report of await writeReports(dir, record, store)) log.emit({ type: 'artifact', ...report })
  } catch (thrown) {
    end ??= { thrown: diskFailure(thrown, `run ${runId}`, store.dir) ?? thrown, stage: '' }
  }
  const status: RunStatus = end === undefined ? 'finished' : signal.aborted ? 'interrupted' : 'failed'
  const error: ErrorFacts | undefined =
    end === undefined || status === 'interrupted' ? undefined : errorFacts(end.thrown, end.stage)
  const told = { status, metrics: metrics.toJSON(), ...(error === undefined ? {} : { error }) }
  crashPoint('run.before-its-end')
  log.emit({ type: 'run-finished', ...told })
  const warnings = await log.close()
  return {
    result: { runId, dir, stages: run.summaries, ...told, warnings },
    ...(end === undefined ? {} : { thrown: end.thrown }),
  }
}

async function openRun(options: ExecuteOptions, prepared: Prepared, live: LiveRun) {
  const { experiment, runsDir, version } = options
  try {
    const { runId, dir } = await createRunFolder(runsDir, experiment.name)
    crashPoint('run.folder-made')
    await writeFile(join(dir, 'resolved.yaml'), experiment.resolvedYaml)
    const run = runFacts(experiment, prepared.stages, { runId, dir }, version)
    const metrics = new RunMetrics()
    const log = new EventLog(join(dir, 'events.jsonl'), [metrics, ...options.sinks(run)])
    await live.named(runId)
    log.emit({ type: 'run-started', run })
    crashPoint('run.started')
    return { runId, dir, log, metrics }
  } catch (error) {
    throw runsNotWritable(runsDir, error) ?? diskFailure(error, `recording a run in ${runsDir}`, runsDir) ?? error
  }
}
