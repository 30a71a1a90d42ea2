import { userInfo } from 'node:os'
import type { RunFacts } from '../../registry/events.ts'
import type { KeyValue, MlflowClient, MlflowRun } from './client.ts'
import { MlflowFailure } from './http.ts'
import { batchLimits, chunks, keyOf, paramValueLimits, shorten, tagValueOf } from './limits.ts'

/** Id of the experiment, made when there is none. @throws MlflowFailure also when it was deleted on the server. */
export async function experimentId(client: MlflowClient, name: string): Promise<string> {
  const found = await client.experiment(name)
  if (found?.deleted) {
    throw new MlflowFailure(`its experiment "${name}" is deleted: restore it there or track under another name`, {
      status: 0,
      temporary: false,
    })
  }
  if (found !== undefined) return found.id
  try {
    return await client.createExperiment(name)
  } catch (error) {
    // Somebody else made it between the two calls.
    if (error instanceof MlflowFailure && error.code === 'RESOURCE_ALREADY_EXISTS') {
      const other = await client.experiment(name)
      if (other !== undefined) return other.id
    }
    throw error
  }
}

const userName = () => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

/** The tags a run starts with: MLflow's own where its pages use them, the others under `xp.`. */
export function startTags(run: RunFacts): readonly KeyValue[] {
  const tags: Record<string, string> = {
    'mlflow.user': userName(),
    'mlflow.source.name': run.file,
    'mlflow.source.type': 'LOCAL',
    'xp.run_id': run.runId,
    'xp.name': run.name,
  }
  for (const [name, value] of Object.entries(run.tags)) {
    const git = /^git\.(commit|branch|dirty)$/.exec(name)?.[1]
    const key = git !== undefined ? `mlflow.source.git.${git}` : /^(xp|mlflow)\./.test(name) ? name : `xp.${name}`
    tags[keyOf(key)] = value
  }
  return Object.entries(tags)
    .slice(0, batchLimits.tags)
    .map(([key, value]) => ({ key, value: tagValueOf(value) }))
}

/**
 * The run that carries this run's id, made when there is none: making one is not repeatable, so an attempt whose
 * answer was lost is looked for first.
 */
export async function openRun(
  client: MlflowClient,
  experiment: string,
  run: RunFacts,
  time: number,
): Promise<MlflowRun> {
  const found = await client.findRun(experiment, 'xp.run_id', run.runId)
  return found ?? client.createRun(experiment, run.runId, time, startTags(run))
}

/** The params of a run, each under a key of its own; MLflow refuses a batch that names a key twice. */
export function paramsOf(run: RunFacts): readonly KeyValue[] {
  const params = new Map<string, string>([['seed', String(run.seed)]])
  for (const [name, value] of Object.entries(run.params)) {
    const key = keyOf(name)
    if (!params.has(key)) params.set(key, String(value))
  }
  return [...params].map(([key, value]) => ({ key, value }))
}

/**
 * Logs params without ever changing one: a value the server holds already is its last word.
 * Answers how many it refused. @throws MlflowFailure when the trouble is temporary.
 */
export async function logParams(client: MlflowClient, runId: string, params: readonly KeyValue[]): Promise<number> {
  const cut = (limit: number) => (p: KeyValue) => ({ key: p.key, value: shorten(p.value, limit) })
  let refused = 0
  for (const chunk of chunks(params, batchLimits.params)) {
    if (await accepted(client.logBatch(runId, { params: chunk.map(cut(paramValueLimits[0])) }))) continue
    // One bad value fails the whole batch, so each is tried alone, shorter for older servers.
    for (const param of chunk) {
      let taken = false
      for (const limit of paramValueLimits) {
        if (taken || (limit !== paramValueLimits[0] && param.value.length <= limit)) continue
        taken = await accepted(client.logBatch(runId, { params: [cut(limit)(param)] }))
      }
      if (!taken) refused++
    }
  }
  return refused
}

/** False when the server found the request invalid. */
async function accepted(call: Promise<void>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (error instanceof MlflowFailure && error.status === 400) return false
    throw error
  }
}
