import { mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pluginStageThrew } from '../errors/registry.ts'
import { diskFailure } from '../errors/store.ts'
import { expectedErrors } from '../errors/xp-error.ts'
import type { OutputPorts } from '../registry/artifact.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import { stampUse } from '../std/clock.ts'
import { crashPoint } from '../std/crash-point.ts'
import { lockKey, type ProcessLock } from '../std/process-lock.ts'
import type { ArtifactReader } from './artifact-reader.ts'
import type { Decision, Outputs } from './decide.ts'
import { earlierResults } from './earlier-results.ts'
import type { EventLog } from './event-log.ts'
import type { LazyEngine } from './lazy-engine.ts'
import type { StoredOutput } from './manifest.ts'
import { withRetries } from './retry.ts'
import { SourceLocator } from './source-locator.ts'
import type { Sources } from './sources.ts'
import { stageContext } from './stage-context.ts'
import { StageRecorder } from './stage-recorder.ts'
import type { Lookup, Store } from './store.ts'

/** What every stage of one run shares. */
export interface RunScope {
  readonly runId: string
  readonly seed: number
  readonly store: Store
  readonly log: EventLog
  readonly reader: ArtifactReader
  readonly sources: Sources
  readonly engine: LazyEngine
  readonly signal: AbortSignal
}

export type Computed =
  | { readonly kind: 'ran'; readonly outputs: Outputs }
  /** Another process made the same result while this one waited. */
  | { readonly kind: 'hit'; readonly found: Extract<Lookup, { kind: 'hit' }> }

/** What a stage answers, after as many tries as it declares; what a plugin throws that is no XpError is its own mistake, not one of this program. */
async function answerOf(
  { stage }: ResolvedStage,
  context: Parameters<ResolvedStage['stage']['run']>[0],
  { signal, onRetry }: Parameters<typeof withRetries>[2],
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const once = () => stage.run(context) as Promise<unknown>
    const values = await (stage.retry === undefined ? once() : withRetries(stage.retry, once, { signal, onRetry }))
    const missing = Object.keys(stage.outputs).find((port) => (values as Record<string, unknown>)?.[port] === undefined)
    if (missing !== undefined) throw new TypeError(`${stage.uses} answered nothing for its output ${missing}`)
    return values as Readonly<Record<string, unknown>>
  } catch (error) {
    if (stage.code === undefined || signal.aborted || expectedErrors(error).length > 0) throw error
    throw diskFailure(error, stage.uses, context.scratch) ?? pluginStageThrew(stage.uses, error)
  }
}

async function runAndPublish(
  stage: ResolvedStage,
  decision: Decision,
  made: ReadonlyMap<string, Outputs>,
  scope: RunScope,
  lock: ProcessLock,
): Promise<Outputs> {
  const { store, signal } = scope
  const { uses, version } = stage.stage
  const started = performance.now()
  const scratch = store.scratchDir(decision.key)
  await mkdir(join(scratch, 'files'), { recursive: true })
  // What an interrupted run left is in use again.
  await stampUse(scratch)
  crashPoint('stage.scratch-made')
  const recorder = new StageRecorder(stage, scope.log, join(scratch, 'events.jsonl'))
  try {
    const locator = new SourceLocator(stage.id, scope.sources, store)
    const context = await stageContext(stage, made, scope, {
      scratch: join(scratch, 'files'),
      signal,
      locate: (digest) => locator.locate(digest),
      earlier: (param) => earlierResults(store, stage.stage, decision.ingredients, param),
      metric: (name, value, step, epoch) => recorder.metric(name, value, step, epoch),
      progress: (done, total, what) => recorder.progress(done, total, what),
      warn: (message) => recorder.warn(message),
    })
    const values = await answerOf(stage, context, {
      signal,
      onRetry(thrown, next, waitMs) {
        const message = `${(thrown as Error)?.message ?? String(thrown)}; try ${next} comes in ${waitMs / 1000} s`
        scope.log.emit({ type: 'warning', message, stage: stage.id, replayed: false })
      },
    })
    crashPoint('stage.returned')
    await locator.assertUnchanged()
    crashPoint('stage.sources-unchanged')
    const outputs: Record<string, StoredOutput> = {}
    for (const [port, type] of Object.entries(stage.stage.outputs as OutputPorts)) {
      outputs[port] = await store.publish(type, values[port], `${stage.id}.${port}`)
      crashPoint('stage.output-published')
    }
    lock.assertHeld()
    await store.record(
      {
        key: decision.key,
        uses,
        version,
        ingredients: decision.ingredients,
        outputs,
        ms: Math.round(performance.now() - started),
        stage: stage.id,
        run: scope.runId,
        created: new Date().toISOString(),
      },
      recorder.events,
    )
    for (const { digest, files } of Object.values(scope.sources.get(stage.id) ?? {})) {
      await store.rememberTree(digest, files)
      crashPoint('stage.tree-remembered')
    }
    return outputs
  } finally {
    recorder.close()
  }
}

/**
 * Makes the result of one stage and keeps it in the store. Waits for another process that makes the same one.
 * @throws what the stage throws; a failure of the disk as XpError.
 */
export async function computeStage(
  stage: ResolvedStage,
  decision: Decision,
  made: ReadonlyMap<string, Outputs>,
  scope: RunScope & { readonly forced: boolean },
): Promise<Computed> {
  const { store, log, signal } = scope
  const scratch = store.scratchDir(decision.key)
  const lock = await lockKey(store.locks, decision.key, {
    signal,
    onWait(holder) {
      const isOwn = holder?.pid === process.pid && holder.host === hostname()
      const who = holder === undefined ? '' : ` (process ${holder.pid} on ${holder.host})`
      const message = `another ${isOwn ? 'stage of this run' : `run${who}`} computes the same: waiting for its result`
      log.emit({ type: 'warning', message, stage: stage.id, replayed: false })
    },
  })
  crashPoint('stage.locked')
  try {
    const found = await store.lookup(decision.key)
    if (found.kind === 'damaged') await store.discard(decision.key, found)
    if (found.kind === 'hit' && !scope.forced && (await store.touch(found.manifest))) return { kind: 'hit', found }
    if (scope.forced) await rm(scratch, { recursive: true, force: true })
    const outputs = await runAndPublish(stage, decision, made, scope, lock)
    await rm(scratch, { recursive: true, force: true })
    crashPoint('stage.scratch-removed')
    const earlier = found.kind === 'hit' ? found.manifest : undefined
    for (const [port, { digest }] of Object.entries(earlier?.outputs ?? {})) {
      if (outputs[port]?.digest === digest) continue
      const message = `${port} has other bytes than the same stage made in run ${earlier?.run}`
      log.emit({ type: 'warning', message, stage: stage.id, replayed: false })
    }
    return { kind: 'ran', outputs }
  } finally {
    await lock.release()
  }
}
