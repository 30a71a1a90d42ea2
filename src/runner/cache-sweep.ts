import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFailure } from '../errors/store.ts'
import { crashPoint } from '../std/crash-point.ts'
import type { Digest } from '../std/hash.ts'
import { StatCache } from '../std/stat-cache.ts'
import { inventory } from './cache-inventory.ts'
import type { Kept, Removal } from './cache-removal.ts'
import { readLock } from './lock-file.ts'
import { runIds } from './run-history.ts'
import { Store } from './store.ts'
import { removeFolder } from './store-object.ts'

/** What the locks of the newest runs name. */
export async function keptBy(runsDir: string, count: number): Promise<Kept & { readonly runs: readonly string[] }> {
  const runs: string[] = []
  const [keys, objects] = [new Set<Digest>(), new Set<Digest>()]
  for (const run of await runIds(runsDir)) {
    if (runs.length >= count) break
    const lock = await readLock(join(runsDir, run))
    if (lock === undefined) continue
    runs.push(run)
    for (const { key, outputs } of lock.stages) {
      if (key !== null) keys.add(key)
      for (const { digest } of Object.values(outputs)) objects.add(digest)
    }
  }
  return { keys, objects, runs }
}

/**
 * Removes a folder unless it was used since `usedMs`, as the stamp of `stamp` in it says: put aside first, so that who
 * would use it from now on finds nothing. Answers whether it is gone.
 */
async function removeUnused(dir: string, stamp: string, usedMs: number, aside: string): Promise<boolean> {
  try {
    await rename(dir, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
  crashPoint('cache.set-aside')
  const stamped = await stat(join(aside, stamp)).catch(() => undefined)
  const isUsed = stamped !== undefined && stamped.mtimeMs > usedMs
  const succeeded = (work: Promise<void>) =>
    work.then(
      () => true,
      () => false,
    )
  // Where the like was made meanwhile, that stays.
  if (isUsed && (await succeeded(rename(aside, dir)))) return false
  await rm(aside, { recursive: true, force: true })
  return !isUsed
}

/**
 * Removes what was planned, each result before its artifacts, each in one step for every reader, and nothing that was
 * used since.
 * @throws XpError when the disk refuses
 */
export async function sweep(store: Store, removal: Removal): Promise<void> {
  const { results, objects, folders, broken, leftOvers } = removal
  const remove = (dir: string, stamp: string, usedMs: number) => removeUnused(dir, stamp, usedMs, store.temporary())
  const kept = new Set<Digest>()
  try {
    for (const key of broken) await removeFolder(store.resultDir(key), store.temporary())
    for (const path of leftOvers) await rm(path, { recursive: true, force: true })
    for (const { manifest, usedMs } of results) {
      const isGone = await remove(store.resultDir(manifest.key), 'manifest.json', usedMs)
      if (!isGone) for (const { digest } of Object.values(manifest.outputs)) kept.add(digest)
      crashPoint('cache.result-removed')
    }
    for (const { digest, usedMs } of objects) {
      if (!kept.has(digest)) await remove(store.objectDir(digest), '.', usedMs)
      crashPoint('cache.object-removed')
    }
    for (const { kind, name, usedMs } of folders)
      await remove(kind === 'source' ? store.sourceDir(name) : store.scratchDir(name), '.', usedMs)
    await store.forgetRemoved()
  } catch (error) {
    throw diskFailure(error, 'removing cached results', store.dir) ?? error
  }
}

export interface Damage {
  readonly key: Digest
  readonly what: string
  /** What made the result, where that can still be read. */
  readonly of?: { readonly uses: string; readonly stage: string; readonly run: string }
}

/** Reads every byte of every result. With `repair`, what is damaged is removed, to be made again. */
export async function verifyStore(
  store: Store,
  {
    repair,
    signal,
    onProgress,
  }: { readonly repair: boolean; readonly signal: AbortSignal; onProgress(done: number, total: number): void },
): Promise<{ readonly results: number; readonly damaged: readonly Damage[] }> {
  const { results, broken } = await inventory(store.dir)
  // Empty: what was checked before is read again.
  const unchecked = await StatCache.open(store.temporary())
  const fresh = new Store(store.dir, unchecked)
  const damaged: Damage[] = broken.map((key) => ({ key, what: 'its manifest is not readable' }))
  for (const [i, { manifest }] of results.entries()) {
    signal.throwIfAborted()
    onProgress(i, results.length)
    const { key, uses, stage, run } = manifest
    const found = await fresh.lookup(key)
    if (found.kind !== 'damaged') continue
    damaged.push({ key, what: found.why, of: { uses, stage, run } })
    if (repair) await store.discard(key, found)
  }
  onProgress(results.length, results.length)
  if (repair) for (const key of broken) await removeFolder(store.resultDir(key), store.temporary())
  return { results: results.length + broken.length, damaged }
}
