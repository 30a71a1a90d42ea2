import { mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pluginWroteInput } from '../errors/registry.ts'
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
import { SourceLocator } from './source-locator.ts'
import type { Sources } from './sources.ts'
import { answerOf, blamingPlugin } from './stage-answer.ts'
import { stageContext } from './stage-context.ts'
import { StageRecorder } from './stage-recorder.ts'
import type { Lookup, Store } from './store.ts'

/** By stage id. */
type Made = ReadonlyMap<string, Outputs>

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

/** A plugin that writes into what it was given spoils the results of others: what it spoilt is thrown away. */
async function assertInputsWhole({ id, inputs, stage }: ResolvedStage, made: Made, store: Store): Promise<void> {
  if (stage.code === undefined) return
  for (const [port, sources] of Object.entries(inputs))
    for (const source of sources) {
      const output = made.get(source.stage)?.[source.port]
      const damage = output && (await store.damageOf(output))
      if (output === undefined || damage === undefined) continue
      await store.discardObject(output.digest)
      throw pluginWroteInput(stage.uses, `${id}.${port}`, damage)
    }
}

async function runAndPublish(
  stage: ResolvedStage,
  decision: Decision,
  made: Made,
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
    // Told to whoever watches; no part of the result.
    const tell = (message: string) => scope.log.emit({ type: 'warning', message, stage: stage.id, replayed: false })
    const values = await answerOf(stage.stage, context, {
      warn: tell,
      onRetry: (thrown, next, waitMs) =>
        tell(`${(thrown as Error)?.message ?? String(thrown)}; try ${next} comes in ${waitMs / 1000} s`),
    })
    crashPoint('stage.returned')
    await locator.assertUnchanged()
    await assertInputsWhole(stage, made, store)
    crashPoint('stage.sources-unchanged')
    const outputs: Record<string, StoredOutput> = {}
    for (const [port, type] of Object.entries(stage.stage.outputs as OutputPorts)) {
      outputs[port] = await blamingPlugin(stage.stage, signal, store.dir, () =>
        store.publish(type, values[port], `${stage.id}.${port}`),
      )
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
  made: Made,
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
