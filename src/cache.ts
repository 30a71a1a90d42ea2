import { badQuantity, nothingCached } from './errors/commands.ts'
import { inventory, type StoredResult } from './runner/cache-inventory.ts'
import { planRemoval, type Removal } from './runner/cache-removal.ts'
import { keptBy, sweep, verifyStore } from './runner/cache-sweep.ts'
import { runsDirectory, storeDirectory } from './runner/project.ts'
import { openStore } from './runner/store.ts'
import { parseAge, parseSize } from './std/quantities.ts'
import { createSourceProgress } from './tracking/console/source-progress.ts'

/** What `xp cache` does with the store of the project that a folder lies in. */
const storeOf = (folder: string) => openStore(storeDirectory(folder, process.env))

/** A result as people see it. */
const shown = ({ manifest, usedMs }: StoredResult) => ({
  stage: manifest.stage,
  uses: manifest.uses,
  run: manifest.run,
  key: manifest.key,
  made: manifest.created,
  used: new Date(usedMs).toISOString(),
})

const bytesOf = ({ manifest }: StoredResult) =>
  Object.values(manifest.outputs)
    .flatMap(({ files }) => files)
    .reduce((sum, { size }) => sum + size, 0)

/** Every result, what was used last first; `bytes` with what others share. */
export async function cacheResults(folder: string) {
  const { results } = await inventory((await storeOf(folder)).dir)
  return [...results]
    .sort((a, b) => b.usedMs - a.usedMs)
    .map((result) => ({ ...shown(result), bytes: bytesOf(result) }))
}

/** Room by kind of stage, artifacts that several share with the first, and of what else lies there. */
export async function cacheUse(folder: string) {
  const { dir } = await storeOf(folder)
  const { results, objects, folders } = await inventory(dir)
  const kinds = new Map<string, { count: number; bytes: number }>()
  const add = (kind: string, bytes: number) => {
    const known = kinds.get(kind) ?? { count: 0, bytes: 0 }
    kinds.set(kind, { count: known.count + 1, bytes: known.bytes + bytes })
  }
  const counted = new Set<string>()
  for (const { manifest } of results) {
    let bytes = 0
    for (const { digest } of Object.values(manifest.outputs)) {
      if (!counted.has(digest)) bytes += objects.get(digest)?.bytes ?? 0
      counted.add(digest)
    }
    add(manifest.uses, bytes)
  }
  for (const { digest, bytes } of objects.values()) if (!counted.has(digest)) add('artifacts without a result', bytes)
  for (const { kind, bytes } of folders) add(kind === 'source' ? 'unpacked archives' : 'unfinished stages', bytes)
  const listed = [...kinds].map(([kind, use]) => ({ kind, ...use })).sort((a, b) => b.bytes - a.bytes)
  return { dir, totalBytes: listed.reduce((sum, { bytes }) => sum + bytes, 0), kinds: listed }
}

export async function verifyCache(
  folder: string,
  { repair, signal }: { readonly repair: boolean; readonly signal: AbortSignal },
) {
  const tell = createSourceProgress({ stream: process.stderr, isTTY: process.stderr.isTTY === true })
  return verifyStore(await storeOf(folder), {
    repair,
    signal,
    onProgress: (done, total) => tell({ source: 'cache', done, total, what: 'results read' }),
  })
}

const removedText = ({ results, folders, objects, freedBytes, leftBytes }: Removal) => ({
  results: results.map(shown),
  folders: folders.map(({ kind, name, bytes }) => ({ kind, name, bytes })),
  /** Artifacts that belonged to no result before. */
  orphans: objects.filter(
    ({ digest }) => !results.some(({ manifest }) => Object.values(manifest.outputs).some((o) => o.digest === digest)),
  ).length,
  freedBytes,
  leftBytes,
})

export interface GcOptions {
  readonly maxSize: string | undefined
  readonly olderThan: string | undefined
  readonly keepRuns: number
  readonly dryRun: boolean
}

/** @throws XpError on a size or an age that is none */
export async function collectCache(folder: string, { maxSize, olderThan, keepRuns, dryRun }: GcOptions) {
  const maxBytes = maxSize === undefined ? undefined : parseSize(maxSize)
  if (maxSize !== undefined && maxBytes === undefined) throw badQuantity('--max-size', maxSize, '20GB, 500MB')
  const olderThanMs = olderThan === undefined ? undefined : parseAge(olderThan)
  if (olderThan !== undefined && olderThanMs === undefined) throw badQuantity('--older-than', olderThan, '30d, 12h')
  const store = await storeOf(folder)
  const { runs, ...kept } = await keptBy(runsDirectory(folder), keepRuns)
  const limits = { ...(maxBytes !== undefined && { maxBytes }), ...(olderThanMs !== undefined && { olderThanMs }) }
  const removal = planRemoval(await inventory(store.dir), kept, limits, Date.now())
  if (!dryRun) await sweep(store, removal)
  return { ...removedText(removal), keptRuns: runs, dryRun }
}

/** `inUse`: results that stay, since a run under way uses them. @throws XpError when the cache holds nothing of that name */
export async function removeFromCache(folder: string, name: string) {
  const store = await storeOf(folder)
  const stored = await inventory(store.dir)
  const isMeant = ({ manifest: { stage, uses, key } }: StoredResult) =>
    stage === name || uses === name || (name.length >= 8 && key.startsWith(name))
  const meant = stored.results.filter(isMeant)
  if (meant.length === 0)
    throw nothingCached(name, [...new Set(stored.results.flatMap(({ manifest: m }) => [m.stage, m.uses]))])
  const keep = new Set(stored.results.filter((r) => !isMeant(r)).map(({ manifest }) => manifest.key))
  const used = new Set(meant.flatMap(({ manifest }) => Object.values(manifest.outputs).map(({ digest }) => digest)))
  const objects = new Map([...stored.objects].filter(([digest]) => used.has(digest)))
  const others = { ...stored, objects, folders: [], broken: [], leftOvers: [] }
  const removal = planRemoval(
    others,
    { keys: keep, objects: new Set() },
    { olderThanMs: Number.NEGATIVE_INFINITY },
    Date.now(),
  )
  await sweep(store, removal)
  return { ...removedText(removal), inUse: meant.length - removal.results.length }
}
