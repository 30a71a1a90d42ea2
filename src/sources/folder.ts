import { statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { diskFailure } from '../errors/store.ts'
import { digestTree } from '../std/hash.ts'
import { StatCache } from '../std/stat-cache.ts'
import { hashFiles, hashTree, type ListedFile, listTree } from '../std/tree.ts'
import type { ReadSource, SourceKind, SourceScope, SourceStore } from './source.ts'

/** Does `read` with the digests remembered under `name`, and remembers them anew. */
export async function withStatCache<T>(
  store: SourceStore,
  name: string,
  path: string,
  read: (cache: StatCache) => Promise<T>,
): Promise<T> {
  const cache = await StatCache.open(store.statFile(name))
  const answer = await read(cache)
  try {
    await cache.save()
  } catch (error) {
    throw diskFailure(error, `remembering the digests of ${path}`, store.dir) ?? error
  }
  return answer
}

/** The content of a folder. @throws the file system's error when a folder or file in it cannot be read */
export async function readFolder(path: string, { store }: Pick<SourceScope, 'store'>): Promise<ReadSource> {
  const name = `tree ${await realpath(path)}`
  const hashed = await withStatCache(store, name, path, (cache) => hashTree(path, cache))
  return { root: path, ...hashed, list: () => listTree(path) }
}

/** One file as its listing. @throws the file system's error */
export function listFile(path: string): ListedFile[] {
  const { size, mtimeMs, ctimeMs, ino, ...stat } = statSync(path)
  if ((stat.mode & 0o170000) === 0o040000) throw Object.assign(new Error('is a folder'), { code: 'EISDIR', path })
  return [{ path: basename(path), size, mtimeMs, ctimeMs, ino }]
}

/** The content of one file, as a tree that holds nothing else. @throws the file system's error when it cannot be read */
export async function readOneFile(path: string, { store }: Pick<SourceScope, 'store'>): Promise<ReadSource> {
  const name = `file ${await realpath(path)}`
  const [root, listed] = [dirname(path), listFile(path)]
  const files = await withStatCache(store, name, path, (cache) => hashFiles(root, listed, cache))
  return { root, digest: digestTree(files), files, listed, list: () => listFile(path) }
}

/** A folder on this machine; what no other kind claims is taken for one. */
export const folderKind: SourceKind = {
  name: 'folder',
  title: 'a folder',
  claims: async () => true,
  read: readFolder,
}
