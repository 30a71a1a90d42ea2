import { mkdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { partNameOf } from '../artifacts/part-names.ts'
import { emptyArchive } from '../errors/archives.ts'
import { diskFailure } from '../errors/store.ts'
import { crashPoint } from '../std/crash-point.ts'
import { type Digest, digestTree, type TreeFile } from '../std/hash.ts'
import { lockKey } from '../std/process-lock.ts'
import { listTree } from '../std/tree.ts'
import { EntrySink } from './entry-sink.ts'
import { readFolder, readOneFile, withStatCache } from './folder.ts'
import type { ReadSource, SourceKind, SourceScope } from './source.ts'

/** Whether a path has the ending of an archive that can be unpacked. */
export const isArchiveName = (path: string): boolean => /\.(zip|tar|tar\.gz|tgz)$/i.test(path)

/** What is kept beside an archive's files. */
interface Unpacked {
  readonly format: 1
  /** The folder of the archive that holds the data, with a `/` at its end; empty for the archive itself. */
  readonly root: string
  /** Of the files below `root`. */
  readonly digest: Digest
}
const recordFile = 'unpacked.json'
const filesFolder = 'files'

const isTable = (path: string) => /^metadata\.(csv|jsonl|parquet)$/.test(path)

/** The folders around the data that hold nothing else, as `shoes/` in a `shoes.zip`, with a `/` at the end. */
export function wrapperOf(paths: readonly string[]): string {
  let wrapper = ''
  for (;;) {
    const below = paths.map((path) => path.slice(wrapper.length))
    const [first = ''] = below
    const step = first.slice(0, first.indexOf('/') + 1)
    if (step === '' || partNameOf(step.slice(0, -1)) !== undefined) return wrapper
    if (!below.every((path) => path.startsWith(step))) return wrapper
    const inside = below.map((path) => path.slice(step.length))
    // A folder of files alone is a class, unless a table labels them.
    if (!inside.some((path) => path.includes('/') || isTable(path))) return wrapper
    wrapper += step
  }
}

/** What was unpacked in `dir`, when all of it is there and as it was. */
async function unpackedIn(dir: string, scope: SourceScope): Promise<ReadSource | undefined> {
  try {
    const { format, root, digest } = JSON.parse(await readFile(join(dir, recordFile), 'utf8')) as Unpacked
    if (format !== 1) return undefined
    const source = await readFolder(resolve(dir, filesFolder, root), scope)
    if (source.digest !== digest) return undefined
    // The least recently used are removed first.
    await utimes(dir, new Date(), new Date()).catch(() => undefined)
    return source
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Remembers the digests of files that nobody else has written to. */
async function rememberDigests(root: string, files: readonly TreeFile[], scope: SourceScope): Promise<void> {
  const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]))
  await withStatCache(scope.store, `tree ${await realpath(root)}`, root, async (cache) => {
    for (const file of listTree(root))
      cache.record(file.path, file, digests.get(file.path) ?? '', Number.POSITIVE_INFINITY)
  })
}

/** Unpacks into a folder of its own, which is moved to `dir` in one step when all is there. */
async function unpack(archive: string, dir: string, scope: SourceScope): Promise<void> {
  const { store, signal } = scope
  const temporary = store.temporary()
  const files = join(temporary, filesFolder)
  const options = {
    signal,
    onProgress: (done: number, total: number, what: string) => scope.onProgress({ source: archive, done, total, what }),
  }
  try {
    await mkdir(files, { recursive: true })
    const sink = new EntrySink(archive, (await stat(archive)).size, files)
    if (/\.zip$/i.test(archive)) await (await import('./unzip.ts')).unzip(archive, sink, options)
    else await (await import('./untar.ts')).untar(archive, /gz$/i.test(archive), sink, options)
    if (sink.files.length === 0) throw emptyArchive(archive)
    const root = wrapperOf(sink.files.map(({ path }) => path))
    const inside = sink.files.map((file) => ({ ...file, path: file.path.slice(root.length) }))
    const record: Unpacked = { format: 1, root, digest: digestTree(inside) }
    await writeFile(join(temporary, recordFile), `${JSON.stringify(record)}\n`)
    crashPoint('sources.unpacked')
    await mkdir(dirname(dir), { recursive: true })
    const damaged = store.temporary()
    await rename(dir, damaged).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(temporary, dir)
    await rm(damaged, { recursive: true, force: true })
    await rememberDigests(resolve(dir, filesFolder, root), inside, scope)
  } catch (error) {
    throw diskFailure(error, `unpacking ${archive}`, store.dir) ?? error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Unpacks what no other process has unpacked meanwhile; who finds it half moved would see neither state of it. */
async function unpackAlone(archive: string, sha256: Digest, dir: string, scope: SourceScope) {
  const waiting = { source: archive, done: 0, total: 1, what: 'unpacking by another process awaited' }
  const onWait = () => scope.onProgress(waiting)
  await mkdir(scope.store.locks, { recursive: true })
  const lock = await lockKey(scope.store.locks, `source-${sha256}`, { signal: scope.signal, onWait })
  try {
    const found = await unpackedIn(dir, scope)
    if (found !== undefined) return found
    await unpack(archive, dir, scope)
    return await unpackedIn(dir, scope)
  } finally {
    await lock.release()
  }
}

/**
 * A packed folder, unpacked once into the store under the archive's SHA-256. Its tree is that of the same folder
 * unpacked by hand: without hidden files, and without a folder that holds everything else.
 */
export const archiveKind: SourceKind = {
  name: 'archive',
  title: 'an archive (.zip, .tar, .tar.gz)',
  claims: async (value) => isArchiveName(value) && (await stat(value).catch(() => undefined))?.isFile() === true,
  async read(archive, scope) {
    const sha256 = (await readOneFile(archive, scope)).files[0]?.sha256 ?? ''
    const dir = scope.store.sourceDir(sha256)
    const source = (await unpackedIn(dir, scope)) ?? (await unpackAlone(archive, sha256, dir, scope))
    if (source === undefined) throw Object.assign(new Error('changed'), { code: 'EBUSY', path: dir })
    return { ...source, named: archive, pinned: { sha256 } }
  },
}
