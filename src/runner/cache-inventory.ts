import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Digest } from '../std/hash.ts'
import { isAlive, type ProcessIdentity } from '../std/process-identity.ts'
import { foreignFormat, type Manifest, parseManifest } from './manifest.ts'

/** A stored artifact: its digest is its name. */
export interface StoredObject {
  readonly digest: Digest
  readonly bytes: number
  /** Unix milliseconds at which it was last published. */
  readonly usedMs: number
}

/** What a stage made, as the cache holds it. */
export interface StoredResult {
  readonly manifest: Manifest
  /** Unix milliseconds of its last use. */
  readonly usedMs: number
}

/** What else lies in a store: `scratch` of unfinished stages, `source` data made ready once, as an unpacked archive. */
export interface StoredFolder {
  readonly kind: 'scratch' | 'source'
  readonly name: Digest
  readonly bytes: number
  readonly usedMs: number
}

/** What a killed process left half made, by absolute path. */
export interface LeftOver {
  readonly path: string
  readonly usedMs: number
}

export interface Inventory {
  readonly results: readonly StoredResult[]
  readonly objects: ReadonlyMap<Digest, StoredObject>
  readonly folders: readonly StoredFolder[]
  /** Folders of results whose manifest is not readable. */
  readonly broken: readonly Digest[]
  readonly leftOvers: readonly LeftOver[]
  /** Unix milliseconds at which the oldest run that is under way began; undefined when none is. */
  readonly liveSinceMs: number | undefined
}

const foreignRunMs = 7 * 24 * 60 * 60 * 1000

const names = (folder: string) => readdir(folder).catch(() => [] as string[])

/** `<folder>/<two digits>/<name>` of everything that is kept under a digest. */
async function digestsIn(folder: string): Promise<readonly string[]> {
  const shards = await Promise.all((await names(folder)).map((shard) => names(join(folder, shard))))
  return shards.flat().filter((name) => /^[0-9a-f]{64}$/.test(name))
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0
  return bytes
}

const usedAt = async (path: string) => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0

/** Where runs say that they are under way, one file each. */
export const liveRunsIn = (dir: string): string => join(dir, 'locks', 'runs')

/** When the oldest run that is under way began, and what ended runs left of theirs. */
async function liveRuns(dir: string) {
  const folder = liveRunsIn(dir)
  const begun: number[] = []
  const ended: LeftOver[] = []
  for (const name of await names(folder)) {
    const path = join(folder, name)
    try {
      const identity = JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity
      const { mtimeMs } = await stat(path)
      // Of a process on another machine nobody knows; one that ended there took its word back, unless it was killed.
      const alive = isAlive(identity) ?? Date.now() - mtimeMs < foreignRunMs
      if (alive) begun.push(mtimeMs)
      else ended.push({ path, usedMs: mtimeMs })
    } catch {
      // It ended in between.
    }
  }
  return { liveSinceMs: begun.length === 0 ? undefined : Math.min(...begun), ended }
}

/** Names of what is written beside its place first, and of locks put aside. */
const halfMade = /^\..*\.tmp$|\.(new|broken)$/

/** Lists of files of source data that no result is of any more. */
async function oldTrees(dir: string, results: readonly StoredResult[]): Promise<readonly LeftOver[]> {
  const sources = results.flatMap(({ manifest }) =>
    manifest.ingredients.filter(([name]) => name.startsWith('sources.')),
  )
  const named = new Set(sources.map(([, digest]) => String(digest)))
  const found: LeftOver[] = []
  for (const shard of await names(join(dir, 'trees')))
    for (const file of await names(join(dir, 'trees', shard))) {
      const path = join(dir, 'trees', shard, file)
      if (/^[0-9a-f]{64}\.json$/.test(file) && !named.has(file.slice(0, 64)))
        found.push({ path, usedMs: await usedAt(path) })
    }
  return found
}

async function leftOversIn(dir: string): Promise<readonly LeftOver[]> {
  const found: LeftOver[] = []
  for (const folder of ['results', 'trees', 'stat', 'locks']) {
    for (const name of await readdir(join(dir, folder), { recursive: true }).catch(() => [] as string[])) {
      if (!halfMade.test(basename(name))) continue
      const path = join(dir, folder, name)
      found.push({ path, usedMs: await usedAt(path) })
    }
  }
  return found
}

/** Everything that the store in `dir` holds. Reads no artifact. */
export async function inventory(dir: string): Promise<Inventory> {
  const at = (kind: string, name: string) => join(dir, kind, name.slice(0, 2), name)
  const results: StoredResult[] = []
  const broken: Digest[] = []
  const unfinished: LeftOver[] = []
  for (const key of await digestsIn(join(dir, 'results'))) {
    const file = join(at('results', key), 'manifest.json')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    const manifest = parseManifest(text ?? '', key)
    // Without a manifest a result is being written, or was never finished; others belong to another version of xp.
    if (text === undefined || foreignFormat(text) !== undefined)
      unfinished.push({ path: at('results', key), usedMs: await usedAt(at('results', key)) })
    else if (manifest === undefined) broken.push(key)
    else results.push({ manifest, usedMs: await usedAt(file) })
  }
  const objects = new Map<Digest, StoredObject>()
  for (const digest of await digestsIn(join(dir, 'objects'))) {
    const folder = at('objects', digest)
    objects.set(digest, { digest, bytes: await bytesIn(folder), usedMs: await usedAt(folder) })
  }
  const folders: StoredFolder[] = []
  for (const name of await digestsIn(join(dir, 'sources'))) {
    const folder = at('sources', name)
    folders.push({ kind: 'source', name, bytes: await bytesIn(folder), usedMs: await usedAt(folder) })
  }
  for (const name of await names(join(dir, 'scratch'))) {
    const folder = join(dir, 'scratch', name)
    folders.push({ kind: 'scratch', name, bytes: await bytesIn(folder), usedMs: await usedAt(folder) })
  }
  const { liveSinceMs, ended } = await liveRuns(dir)
  return {
    results,
    objects,
    folders,
    broken,
    leftOvers: [...unfinished, ...(await leftOversIn(dir)), ...(await oldTrees(dir, results)), ...ended],
    liveSinceMs,
  }
}
