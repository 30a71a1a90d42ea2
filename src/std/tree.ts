import { createHash } from 'node:crypto'
import { constants, type Dirent, readdirSync, readFile, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { compareCodePoints } from './code-points.ts'
import { type Digest, digestFile, digestTree, type TreeFile } from './hash.ts'
import type { FileStamp, StatCache } from './stat-cache.ts'

/** One file of a listing: path relative to the root with `/`. */
export interface ListedFile extends FileStamp {
  readonly path: string
}

const clutter = new Set(['thumbs.db', 'desktop.ini', '__macosx'])

/** Whether a file or folder of this name is hidden, or left behind by a desktop: it says nothing about data. */
export const isClutter = (name: string) => name.startsWith('.') || clutter.has(name.toLowerCase())

interface Folder {
  /** Relative to the root, with a trailing `/`; empty for the root. */
  readonly prefix: string
  /** Real paths of the folders in which a link was followed to get here. */
  readonly crossed: readonly string[]
}

/** A failure of the kind that the file system reports, about one path. */
const pathError = (code: string, path: string, message: string) => Object.assign(new Error(message), { code, path })

/** Where a linked folder leads. @throws ELOOP when that is a folder we are in */
function followed(root: string, folder: Folder, name: string): Folder {
  const crossed = [...folder.crossed, realpathSync(join(root, folder.prefix))]
  const target = realpathSync(join(root, folder.prefix, name))
  if (crossed.some((c) => c === target || c.startsWith(target + sep)))
    throw pathError('ELOOP', join(root, folder.prefix, name), 'a link leads to a folder that it lies in')
  return { prefix: `${folder.prefix}${name}/`, crossed }
}

/** Looks at a listed path. @throws EILSEQ where its name is no UTF-8, so that what was read of it names nothing */
function look<T>(path: string, at: (path: string) => T): T {
  try {
    return at(path)
  } catch (error) {
    const isGarbled = (error as NodeJS.ErrnoException).code === 'ENOENT' && path.includes('\ufffd')
    throw isGarbled ? pathError('EILSEQ', path.replace(/\/$/, ''), 'a name is not UTF-8') : error
  }
}

/**
 * Every file under `root`, sorted by code point of its path. Names are taken as the file system gives them: the same
 * name composed in another way (NFC, NFD) is another name. Links are followed. Devices and pipes are left out; so are
 * hidden files and the clutter of desktops, unless `everything`. Synchronous: 12,000 files take 0.05 s, half of what
 * the thread pool needs.
 * @throws the file system's error when a folder or file cannot be read; also for a link to nothing, or to a folder that
 * it lies in, and for a name that is not UTF-8.
 */
export function listTree(root: string, { everything = false } = {}): ListedFile[] {
  const files: ListedFile[] = []
  const folders: Folder[] = [{ prefix: '', crossed: [] }]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries: Dirent[] = look(join(root, folder.prefix), (path) => readdirSync(path, { withFileTypes: true }))
    for (const entry of entries) {
      if (!everything && isClutter(entry.name)) continue
      const path = folder.prefix + entry.name
      if (entry.isDirectory()) {
        folders.push({ prefix: `${path}/`, crossed: folder.crossed })
        continue
      }
      const { size, mtimeMs, ctimeMs, ino, ...stat } = look(join(root, path), (p) => statSync(p))
      const kind = stat.mode & constants.S_IFMT
      if (kind === constants.S_IFDIR) {
        folders.push(followed(root, folder, entry.name))
      } else if (kind === constants.S_IFREG) files.push({ path, size, mtimeMs, ctimeMs, ino })
    }
  }
  return files.sort((a, b) => compareCodePoints(a.path, b.path))
}

const streamFrom = 8 << 20
const parallelReads = 16

async function hashFile(path: string, size: number): Promise<Digest> {
  if (size >= streamFrom) return digestFile(path)
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    // The callback form costs half of the promise form on many small files.
    readFile(path, (error, data) => (error === null ? resolve(data) : reject(error)))
  })
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Digests of listed files, read 16 at a time; those the cache knows by their stamp are not read.
 * `prefix` is put before each path to make the cache's key.
 * @throws the file system's error when a file cannot be read.
 */
export async function hashFiles(
  root: string,
  listed: readonly ListedFile[],
  cache: StatCache | undefined,
  prefix = '',
): Promise<TreeFile[]> {
  const hashed: TreeFile[] = new Array(listed.length)
  let next = 0
  const worker = async () => {
    for (let i = next++; i < listed.length; i = next++) {
      const file = listed[i] as ListedFile
      let sha256 = cache?.lookup(prefix + file.path, file)
      if (sha256 === undefined) {
        const before = Date.now()
        sha256 = await hashFile(join(root, file.path), file.size)
        cache?.record(prefix + file.path, file, sha256, before)
      }
      hashed[i] = { path: file.path, size: file.size, sha256 }
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallelReads, listed.length) }, worker))
  return hashed
}

export interface HashedTree {
  readonly digest: Digest
  readonly files: readonly TreeFile[]
  /** The listing from before the bytes were read. */
  readonly listed: readonly ListedFile[]
}

/**
 * Content of a folder. The digest is blind to root, time stamps and clutter.
 * @throws the file system's error when a folder or file cannot be read.
 */
export async function hashTree(root: string, cache?: StatCache): Promise<HashedTree> {
  const listed = listTree(root)
  const files = await hashFiles(root, listed, cache)
  const paths = new Set(listed.map((f) => f.path))
  cache?.retain((path) => paths.has(path))
  return { digest: digestTree(files), files, listed }
}
