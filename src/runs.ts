import { ambiguousRun, badTag, noRuns, runIsAlive, unknownRun } from './errors/commands.ts'
import { metricDeclaration } from './registry/metrics.ts'
import { createRegistry } from './registry/registry.ts'
import { runsDirectory, storeDirectory } from './runner/project.ts'
import { bestOf, changed, scoreTable } from './runner/run-compare.ts'
import { type PastRun, readRun, removeRun, runIds, stagesOf, writeTags } from './runner/run-history.ts'
import { stages } from './stages/index.ts'

/** What `xp runs` and `xp compare` do with the runs of the project that a folder lies in. */
const read = (folder: string, id: string) => readRun(runsDirectory(folder), id, storeDirectory(folder, process.env))

/** Every run, the newest first. */
export async function listRuns(folder: string, most: number): Promise<readonly PastRun[]> {
  const runs: PastRun[] = []
  for (const id of await runIds(runsDirectory(folder))) {
    if (runs.length >= most) break
    const run = await read(folder, id)
    if (run !== undefined) runs.push(run)
  }
  return runs
}

/** The run that a text names: an id, the beginning or end of one alone, a tag that one run has alone, or `latest`. */
export async function findRun(folder: string, text: string): Promise<PastRun> {
  const ids = await runIds(runsDirectory(folder))
  if (ids.length === 0) throw noRuns(runsDirectory(folder))
  const exact = ids.includes(text) ? [text] : text === 'latest' ? ids.slice(0, 1) : []
  const partial = ids.filter((id) => text.length >= 2 && (id.startsWith(text) || id.endsWith(text)))
  const [id, ...others] = exact.length > 0 ? exact : partial
  if (id === undefined) {
    const tagged = (await listRuns(folder, Number.POSITIVE_INFINITY)).filter(({ tags }) => tags.includes(text))
    const [only, ...more] = tagged
    if (only !== undefined && more.length === 0) return only
    if (only !== undefined)
      throw ambiguousRun(
        text,
        tagged.map((run) => run.id),
      )
    throw unknownRun(text, ids)
  }
  if (others.length > 0) throw ambiguousRun(text, [id, ...others])
  const run = await read(folder, id)
  if (run === undefined) throw unknownRun(text, ids)
  return run
}

export async function showRun(folder: string, text: string) {
  const run = await findRun(folder, text)
  return { ...run, stages: await stagesOf(run) }
}

const secondsOf = (summaries: readonly { readonly id: string; readonly ms: number }[]) =>
  Object.fromEntries(summaries.map(({ id, ms }) => [id, ms / 1000]))

/** What two runs do not share: params, scores, and how long stages took. */
export async function diffRuns(folder: string, a: string, b: string) {
  const runs = [await showRun(folder, a), await showRun(folder, b)] as const
  return {
    runs: runs.map(({ id }) => id),
    params: changed(runs.map(({ params, seed }) => ({ seed, ...params }))),
    metrics: scoreTable(runs.map(({ metrics }) => metrics)).filter(({ values }) => values[0] !== values[1]),
    seconds: changed(runs.map(({ stages: own }) => secondsOf(own))),
  }
}

const registry = createRegistry(stages)

/** `higher` or `lower`, as the stage that logs a metric declares it. */
function directionOf(name: string, { uses }: PastRun): 'higher' | 'lower' | undefined {
  for (const [id, stageUses] of Object.entries(uses)) {
    const metrics = registry.get(stageUses)?.metrics ?? {}
    const own = name.startsWith(`${id}/`) ? name.slice(id.length + 1) : name
    const better = metricDeclaration(metrics, own)?.better
    if (better !== undefined) return better
  }
  return undefined
}

/** Scores of several runs side by side; `best` is the place of the best value in a row. */
export async function compareRuns(folder: string, texts: readonly string[]) {
  const runs = await Promise.all(texts.map((text) => findRun(folder, text)))
  const scores = scoreTable(runs.map(({ metrics }) => metrics)).map(({ name, values }) => {
    const better = runs.map((run) => directionOf(name, run)).find((direction) => direction !== undefined)
    const best = bestOf(values, better)
    return { name, values, ...(best !== undefined && { best }) }
  })
  return { runs: runs.map(({ id, name, tags }) => ({ id, name, tags })), scores }
}

export async function tagRun(folder: string, text: string, tags: readonly string[], remove: boolean) {
  const wrong = tags.find((tag) => !/^[\w][\w.-]{0,63}$/.test(tag))
  if (wrong !== undefined) throw badTag(wrong)
  const run = await findRun(folder, text)
  const left = run.tags.filter((tag) => !tags.includes(tag))
  const made = remove ? left : [...left, ...tags]
  await writeTags(run, made)
  return { ...run, tags: made }
}

/** @throws XpError when the run's process lives */
export async function forgetRun(folder: string, text: string): Promise<PastRun> {
  const run = await findRun(folder, text)
  if (run.status === 'running') throw runIsAlive(run.id)
  await removeRun(run)
  return run
}
