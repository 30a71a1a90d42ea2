import type { Digest } from '../std/hash.ts'
import type { Inventory, StoredFolder, StoredObject, StoredResult } from './cache-inventory.ts'

/** What a run's lock names: it is never removed while the run is kept. */
export interface Kept {
  readonly keys: ReadonlySet<Digest>
  readonly objects: ReadonlySet<Digest>
}

export interface RemovalLimits {
  /** At most so many bytes stay. */
  readonly maxBytes?: number
  /** What was not used for so long goes. */
  readonly olderThanMs?: number
}

export interface Removal {
  readonly results: readonly StoredResult[]
  /** Artifacts that nothing refers to then. */
  readonly objects: readonly StoredObject[]
  readonly folders: readonly StoredFolder[]
  readonly broken: readonly Digest[]
  /** Absolute paths. */
  readonly leftOvers: readonly string[]
  readonly freedBytes: number
  readonly leftBytes: number
}

/** An artifact is published before its result is recorded: what is younger may be about to be. */
const settleMs = 60 * 60 * 1000

type Candidate =
  | { readonly kind: 'result'; readonly usedMs: number; readonly result: StoredResult }
  | { readonly kind: 'folder'; readonly usedMs: number; readonly folder: StoredFolder }

const objectsOf = ({ manifest }: StoredResult) => Object.values(manifest.outputs).map(({ digest }) => digest)

/**
 * What is to be removed, least recently used first: what is too old, then more until the rest fits. Never what a kept run
 * names, nor what was used since a run that is under way began. Changes nothing.
 */
export function planRemoval(
  { results, objects, folders, broken, leftOvers, liveSinceMs }: Inventory,
  kept: Kept,
  { maxBytes = Number.POSITIVE_INFINITY, olderThanMs = Number.POSITIVE_INFINITY }: RemovalLimits,
  nowMs: number,
): Removal {
  const untouchableMs = liveSinceMs ?? Number.POSITIVE_INFINITY
  const references = new Map<Digest, number>()
  for (const result of results)
    for (const digest of objectsOf(result)) references.set(digest, (references.get(digest) ?? 0) + 1)
  let left = folders.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { bytes } of objects.values()) left += bytes
  const all = left

  const removed = { results: [] as StoredResult[], objects: [] as StoredObject[], folders: [] as StoredFolder[] }
  const drop = (digest: Digest) => {
    const object = objects.get(digest)
    if (object === undefined || kept.objects.has(digest) || object.usedMs >= untouchableMs) return
    removed.objects.push(object)
    left -= object.bytes
  }
  // Results that were damaged or removed by hand leave artifacts behind.
  for (const { digest, usedMs } of objects.values())
    if (!references.has(digest) && nowMs - usedMs > settleMs) drop(digest)

  const made = new Set(results.map(({ manifest }) => manifest.key))
  // A process was killed between recording the result and removing what it was made in.
  const isLeftOver = (candidate: Candidate) =>
    candidate.kind === 'folder' &&
    candidate.folder.kind === 'scratch' &&
    made.has(candidate.folder.name) &&
    nowMs - candidate.usedMs > settleMs
  const candidates: Candidate[] = [
    ...results
      .filter(({ manifest }) => !kept.keys.has(manifest.key))
      .map((result) => ({ kind: 'result' as const, usedMs: result.usedMs, result })),
    ...folders.map((folder) => ({ kind: 'folder' as const, usedMs: folder.usedMs, folder })),
  ]
  for (const candidate of candidates.sort((a, b) => a.usedMs - b.usedMs)) {
    if (candidate.usedMs >= untouchableMs) continue
    if (nowMs - candidate.usedMs <= olderThanMs && left <= maxBytes && !isLeftOver(candidate)) continue
    if (candidate.kind === 'folder') {
      removed.folders.push(candidate.folder)
      left -= candidate.folder.bytes
      continue
    }
    removed.results.push(candidate.result)
    for (const digest of objectsOf(candidate.result)) {
      const count = (references.get(digest) ?? 1) - 1
      references.set(digest, count)
      if (count === 0) drop(digest)
    }
  }
  const old = leftOvers.filter(({ usedMs }) => nowMs - usedMs > settleMs).map(({ path }) => path)
  return { ...removed, broken, leftOvers: old, freedBytes: all - left, leftBytes: left }
}
