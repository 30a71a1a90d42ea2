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
 * Removes what was planned: each result before its artifacts, each in one step for every reader.
 * @throws XpError when the disk refuses
 */
export async function sweep(store: Store, { results, objects, folders, broken }: Removal): Promise<void> {
  const remove = (dir: string) => removeFolder(dir, store.temporary())
  try {
    for (const key of broken) await remove(store.resultDir(key))
    for (const { manifest } of results) {
      await remove(store.resultDir(manifest.key))
      crashPoint('cache.result-removed')
    }
    for (const digest of objects) {
      await remove(store.objectDir(digest))
      crashPoint('cache.object-removed')
    }
    for (const { kind, name } of folders)
      await remove(kind === 'source' ? store.sourceDir(name) : store.scratchDir(name))
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
