import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent, RunFacts, RunStatus, StageSummary } from '../registry/events.ts'
import { writeFileAtomic } from '../std/fs.ts'
import { isAlive, type ProcessIdentity } from '../std/process-identity.ts'
import { liveRunsIn } from './cache-inventory.ts'

/** What is known of a run from its folder alone. */
export interface PastRun {
  readonly id: string
  readonly dir: string
  readonly name: string
  /** `running` while its process lives; `killed` when it ended without a word. */
  readonly status: RunStatus | 'running' | 'killed'
  /** ISO 8601, UTC. */
  readonly started: string
  /** Wall time; absent when it is not over, or was killed. */
  readonly ms?: number
  readonly file: string
  readonly seed: number
  /** `<stage>.<param>` → value. */
  readonly params: RunFacts['params']
  readonly uses: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly tags: readonly string[]
}

/** Characters of an id that say its second: `20261125-164332`. */
const secondLength = 15
const tagsFile = 'tags.json'
/** Enough for the longest event that ends a run. */
const tailBytes = 1 << 18

type Started = Extract<RunEvent, { type: 'run-started' }>
type Finished = Extract<RunEvent, { type: 'run-finished' }>

function parsed(line: string | undefined): RunEvent | undefined {
  try {
    return line === undefined || line === '' ? undefined : (JSON.parse(line) as RunEvent)
  } catch {
    return undefined
  }
}

/** First and last event of a log, however long it is. */
async function endsOf(file: string): Promise<readonly [RunEvent | undefined, RunEvent | undefined]> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return [undefined, undefined]
  try {
    const { size } = await handle.stat()
    const piece = async (position: number, length: number) => {
      const buffer = Buffer.alloc(Math.min(length, size))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, Math.max(0, position))
      return buffer.subarray(0, bytesRead).toString('utf8')
    }
    const head = await piece(0, tailBytes)
    const first = head.includes('\n')
      ? head.slice(0, head.indexOf('\n'))
      : (await readFile(file, 'utf8')).split('\n')[0]
    const tail = (await piece(size - tailBytes, tailBytes)).trimEnd()
    return [parsed(first), parsed(tail.slice(tail.lastIndexOf('\n') + 1))]
  } finally {
    await handle.close()
  }
}

async function json<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

async function isRunning(storeDir: string, id: string): Promise<boolean> {
  const identity = await json<ProcessIdentity>(join(liveRunsIn(storeDir), `${id}.json`))
  return identity !== undefined && isAlive(identity) !== false
}

/** The run in a folder; undefined when there is none. */
export async function readRun(runsDir: string, id: string, storeDir: string): Promise<PastRun | undefined> {
  const dir = join(runsDir, id)
  const [first, last] = await endsOf(join(dir, 'events.jsonl'))
  if (first?.type !== 'run-started') return undefined
  const { run, time } = first as Started & { readonly time: number }
  const end = last?.type === 'run-finished' ? (last as Finished & { readonly time: number }) : undefined
  const tags = await json<unknown>(join(dir, tagsFile))
  return {
    id,
    dir,
    name: run.name,
    status: end?.status ?? ((await isRunning(storeDir, id)) ? 'running' : 'killed'),
    started: new Date(time).toISOString(),
    ...(end !== undefined && { ms: end.time - time }),
    file: run.file,
    seed: run.seed,
    params: run.params,
    uses: Object.fromEntries(run.stages.map((stage) => [stage.id, stage.uses])),
    metrics: end?.metrics ?? (await json<Record<string, number>>(join(dir, 'metrics.json'))) ?? {},
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  }
}

/** Ids of every run, the newest first. */
export async function runIds(runsDir: string): Promise<readonly string[]> {
  const names = await readdir(runsDir).catch(() => [] as string[])
  const found = await Promise.all(
    names.map(async (id) => {
      if (!(await stat(join(runsDir, id)).catch(() => undefined))?.isDirectory()) return []
      // Written once, as the run begins: ids tell runs of one second apart, but not which came first.
      const begun = await stat(join(runsDir, id, 'resolved.yaml')).catch(() => undefined)
      return [{ id, second: id.slice(0, secondLength), ms: begun?.mtimeMs ?? 0 }]
    }),
  )
  const later = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0)
  return found
    .flat()
    .sort((a, b) => later(a.second, b.second) || b.ms - a.ms || later(a.id, b.id))
    .map(({ id }) => id)
}

/** How each stage of a run went, in order. */
export async function stagesOf({ dir }: PastRun): Promise<readonly StageSummary[]> {
  const text = await readFile(join(dir, 'events.jsonl'), 'utf8')
  return text.split('\n').flatMap((line) => {
    if (!line.includes('"stage-finished"')) return []
    const event = parsed(line)
    if (event?.type !== 'stage-finished') return []
    const { stage, uses, status, reason, ms } = event
    return [{ id: stage, uses, status, reason, ms }]
  })
}

export const writeTags = ({ dir }: PastRun, tags: readonly string[]): Promise<void> =>
  writeFileAtomic(join(dir, tagsFile), `${JSON.stringify(tags)}\n`)

export const removeRun = ({ dir }: PastRun): Promise<void> => rm(dir, { recursive: true })
