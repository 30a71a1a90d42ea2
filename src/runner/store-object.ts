import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncDirectory } from '../std/fs.ts'
import type { StatCache } from '../std/stat-cache.ts'
import { hashFiles, type ListedFile, listTree } from '../std/tree.ts'
import type { StoredOutput } from './manifest.ts'

/** What is wrong with a stored artifact, in words; undefined when every byte is as published. */
export async function damageOf(dir: string, output: StoredOutput, cache: StatCache): Promise<string | undefined> {
  let listed: ListedFile[]
  try {
    listed = listTree(dir, { everything: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'its files are missing' : `its files cannot be read (${code})`
  }
  const found = new Map(listed.map((file) => [file.path, file]))
  for (const { path, size } of output.files) {
    const file = found.get(path)
    if (file === undefined) return `${path} is missing`
    if (file.size !== size) return `${path} has ${file.size} bytes, not ${size}`
    found.delete(path)
  }
  for (const path of found.keys()) return `${path} does not belong to it`
  try {
    const hashed = await hashFiles(dir, listed, cache, `${output.digest}/`)
    const expected = new Map(output.files.map((file) => [file.path, file.sha256]))
    const wrong = hashed.find((file) => expected.get(file.path) !== file.sha256)
    return wrong === undefined ? undefined : `the bytes of ${wrong.path} changed`
  } catch (error) {
    return `its files cannot be read (${(error as NodeJS.ErrnoException).code})`
  }
}

/** Flushes every file and folder of a tree to the disk. */
export async function syncTree(dir: string, files: readonly { readonly path: string }[]): Promise<void> {
  const folders = new Set<string>([dir])
  for (const { path } of files) {
    const handle = await open(join(dir, path), 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    for (let folder = dirname(join(dir, path)); folder !== dir; folder = dirname(folder)) folders.add(folder)
  }
  for (const folder of folders) await syncDirectory(folder)
}

/** Removes a folder in one step for every reader: renamed away first, then deleted. */
export async function removeFolder(dir: string, aside: string): Promise<void> {
  try {
    await rename(dir, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  await rm(aside, { recursive: true, force: true })
}
