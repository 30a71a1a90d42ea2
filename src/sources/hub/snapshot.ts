import { mkdir, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { hubOffline, noSpaceForDownload } from '../../errors/hub.ts'
import { diskFailure } from '../../errors/store.ts'
import { writeFileAtomic } from '../../std/fs.ts'
import { type Digest, sha256 } from '../../std/hash.ts'
import { lockKey } from '../../std/process-lock.ts'
import { listTree } from '../../std/tree.ts'
import type { SourceScope } from '../source.ts'
import { download } from './download.ts'
import type { HubCache } from './hub-cache.ts'
import type { HubClient } from './hub-client.ts'
import { type RepoFile, remoteListing } from './listing.ts'
import { type RepoPlace, repoTitle } from './repo-place.ts'
import { wantedFiles } from './wanted-files.ts'

/** Many small files are fetched side by side: each waits for the hub most of its time. */
const parallelDownloads = 4

export interface SnapshotScope {
  readonly place: RepoPlace
  readonly commit: string
  readonly cache: HubCache
  /** Absent offline. */
  readonly client: HubClient | undefined
  readonly scope: SourceScope
}

const listingFile = ({ place, commit, scope }: SnapshotScope) =>
  join(scope.store.sourceDir(sha256(`${repoTitle(place)}@${commit}`)), 'listing.json')

/** Every file of the commit: remembered, else asked for; undefined when neither can be. */
async function listingOf(snapshot: SnapshotScope): Promise<readonly RepoFile[] | undefined> {
  const file = listingFile(snapshot)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as readonly RepoFile[]
  } catch {
    if (snapshot.client === undefined) return undefined
    const listing = await remoteListing(snapshot.client, snapshot.place, snapshot.commit)
    await writeFileAtomic(file, JSON.stringify(listing))
    return listing
  }
}

/** What is in the cache of a commit whose listing is not known: all that the place stands for, as far as that tells. */
function cachedFiles({ place, commit, cache }: SnapshotScope, cacheDir: string): readonly string[] {
  try {
    const files = listTree(cache.snapshot(commit)).map(({ path }) => ({ path }))
    return wantedFiles(place, files).map(({ path }) => path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw error
    throw hubOffline(repoTitle(place), place.revision, cacheDir)
  }
}

async function missingOf({ commit, cache }: SnapshotScope, wanted: readonly RepoFile[]): Promise<RepoFile[]> {
  const sizes = await Promise.all(wanted.map(({ path }) => cache.sizeOf(commit, path)))
  return wanted.filter(({ size }, i) => sizes[i] !== size)
}

/** Links files whose bytes are in the cache already, under another commit or name. Answers the others. */
async function linkKnown({ commit, cache }: SnapshotScope, missing: readonly RepoFile[]): Promise<RepoFile[]> {
  const left: RepoFile[] = []
  for (const file of missing) {
    const blob = await stat(cache.blob(file.hash)).catch(() => undefined)
    if (blob?.size === file.size) await cache.link(commit, file.path, file.hash)
    else left.push(file)
  }
  return left
}

async function fetchFiles(snapshot: SnapshotScope, client: HubClient, files: readonly RepoFile[]) {
  const { place, commit, cache, scope } = snapshot
  const repo = repoTitle(place)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const { bavail, bsize } = await statfs(join(cache.locks, '..'))
  if (bavail * bsize < total) throw noSpaceForDownload(repo, cache.dir, total, bavail * bsize)
  const base = `${client.endpoint}/${repo.slice('hf://'.length)}/resolve/${commit}`
  const digests = new Map<string, Digest>()
  const queue = files.values()
  let done = 0
  const stop = new AbortController()
  const signal = AbortSignal.any([scope.signal, stop.signal])
  const work = async () => {
    for (const file of queue) {
      const url = `${base}/${file.path.split('/').map(encodeURIComponent).join('/')}`
      const onBytes = (count: number) => {
        done += count
        // Told whole only when it is: the last file's hash is still to come.
        scope.onProgress({ source: repo, done: Math.min(done, total - 1), total, what: 'bytes downloaded' })
      }
      const digest = await download(client, url, file, { target: cache.blob(file.hash), signal, onBytes })
      digests.set(file.path, digest)
      await cache.link(commit, file.path, file.hash)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(parallelDownloads, files.length) }, work))
  } catch (error) {
    stop.abort(error)
    throw diskFailure(error, `downloading ${repo}`, cache.dir) ?? error
  }
  scope.onProgress({ source: repo, done: total, total, what: 'bytes downloaded' })
  return digests
}

export interface LocalSnapshot {
  /** Paths in the snapshot of the files that the place stands for. */
  readonly paths: readonly string[]
  /** SHA-256 by path, of what was downloaded just now. */
  readonly fresh: ReadonlyMap<string, Digest>
  /** SHA-256 by path, where the hub says it. */
  readonly expected: ReadonlyMap<string, Digest>
}

/**
 * Sees to it that every file of a place on the hub is in the cache; one process at a time downloads.
 * @param damaged paths whose bytes are to be fetched anew
 * @throws XpError when something is missing that cannot be had
 */
export async function completeSnapshot(
  snapshot: SnapshotScope,
  cacheDir: string,
  damaged: ReadonlySet<string> = new Set(),
): Promise<LocalSnapshot> {
  const { place, commit, cache, client, scope } = snapshot
  const listing = await listingOf(snapshot)
  if (listing === undefined) return { paths: cachedFiles(snapshot, cacheDir), fresh: new Map(), expected: new Map() }
  const wanted = wantedFiles(place, listing)
  const expected = new Map(wanted.flatMap(({ path, hash, sha256 }) => (sha256 ? [[path, hash] as const] : [])))
  const paths = wanted.map(({ path }) => path)
  const isMissing = async () => (await missingOf(snapshot, wanted)).length > 0 || damaged.size > 0
  if (!(await isMissing())) return { paths, fresh: new Map(), expected }
  await mkdir(cache.locks, { recursive: true })
  const waiting = { source: repoTitle(place), done: 0, total: 1, what: 'downloads of another process awaited' }
  const onWait = () => scope.onProgress(waiting)
  const lock = await lockKey(cache.locks, 'xp', { signal: scope.signal, onWait })
  try {
    const isDamaged = ({ path }: RepoFile) => damaged.has(path)
    const missing = await linkKnown(
      snapshot,
      (await missingOf(snapshot, wanted)).filter((file) => !isDamaged(file)),
    )
    const wrong = [...missing, ...wanted.filter(isDamaged)]
    if (wrong.length === 0) return { paths, fresh: new Map(), expected }
    if (client === undefined)
      throw hubOffline(
        repoTitle(place),
        commit,
        cacheDir,
        wrong.map(({ path }) => path),
      )
    return { paths, fresh: await fetchFiles(snapshot, client, wrong), expected }
  } finally {
    await lock.release()
  }
}
