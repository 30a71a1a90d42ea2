import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../std/canonical-json.ts'

/** What is read of a run's `lock.json`. */
export interface Lock {
  readonly xp: string
  readonly name: string
  readonly seed: number
  readonly engine: Readonly<Record<string, unknown>>
  readonly stages: readonly {
    readonly id: string
    readonly uses: string
    readonly version: number
    readonly key: string | null
    readonly sources: Readonly<Record<string, string>>
    readonly pinned?: Readonly<Record<string, unknown>>
    readonly outputs: Readonly<Record<string, { readonly type: string; readonly digest: string }>>
  }[]
}

/** The lock of the run in a folder; undefined where it has none, or half of one. */
export async function readLock(runDir: string): Promise<Lock | undefined> {
  try {
    const lock = JSON.parse(await readFile(join(runDir, 'lock.json'), 'utf8')) as Lock
    return Array.isArray(lock.stages) ? lock : undefined
  } catch {
    return undefined
  }
}

/** One thing that two runs of one experiment do not share. */
export interface LockDifference {
  /** `output` is what counts; the others may be its cause. */
  readonly kind: 'xp' | 'engine' | 'version' | 'source' | 'output'
  /** `train.model`, `engine.provider`. */
  readonly name: string
  readonly was: unknown
  readonly now: unknown
}

type Table = Readonly<Record<string, unknown>>

const differing = (kind: LockDifference['kind'], prefix: string, was: Table, now: Table): readonly LockDifference[] =>
  [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((name) =>
    canonicalJson((was[name] ?? null) as never) === canonicalJson((now[name] ?? null) as never)
      ? []
      : [{ kind, name: prefix === '' ? name : `${prefix}.${name}`, was: was[name] ?? null, now: now[name] ?? null }],
  )

/** What two locks of one experiment do not share: causes first, then the outputs. */
export function compareLocks(before: Lock, after: Lock): readonly LockDifference[] {
  const stageOf = (lock: Lock, id: string) => lock.stages.find((stage) => stage.id === id)
  const ids = [...new Set([...before.stages, ...after.stages].map(({ id }) => id))]
  const pairs = ids.map((id) => ({ id, was: stageOf(before, id), now: stageOf(after, id) }))
  const digests = (stage: Lock['stages'][number] | undefined): Table =>
    Object.fromEntries(Object.entries(stage?.outputs ?? {}).map(([port, { digest }]) => [port, digest]))
  return [
    ...differing('xp', '', { xp: before.xp }, { xp: after.xp }),
    ...differing('engine', 'engine', before.engine, after.engine),
    ...pairs.flatMap(({ id, was, now }) =>
      differing('version', '', { [`${id}.version`]: was?.version }, { [`${id}.version`]: now?.version }),
    ),
    ...pairs.flatMap(({ id, was, now }) => differing('source', id, was?.sources ?? {}, now?.sources ?? {})),
    ...pairs.flatMap(({ id, was, now }) => differing('output', id, digests(was), digests(now))),
  ]
}
