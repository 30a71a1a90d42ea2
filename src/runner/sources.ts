import { statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { sourceUnreadable } from '../errors/runner.ts'
import { diskFailure } from '../errors/store.ts'
import { XpError } from '../errors/xp-error.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import { paramLeaves } from '../registry/param-leaves.ts'
import type { SourceTree } from '../registry/stage.ts'
import { digestTree } from '../std/hash.ts'
import { StatCache } from '../std/stat-cache.ts'
import { hashFiles, hashTree, type ListedFile, listTree } from '../std/tree.ts'
import type { Store } from './store.ts'

/** A source tree as it was when it was hashed. */
export interface ReadSource extends SourceTree {
  /** What the param said: a folder, or one file in `root`. */
  readonly kind: 'tree' | 'file'
  readonly listed: readonly ListedFile[]
}

/** By stage id, then by dotted param path. */
export type Sources = ReadonlyMap<string, Readonly<Record<string, ReadSource>>>

function listFile(path: string): ListedFile[] {
  const { size, mtimeMs, ctimeMs, ino, ...stat } = statSync(path)
  if ((stat.mode & 0o170000) === 0o040000) throw Object.assign(new Error('is a folder'), { code: 'EISDIR', path })
  return [{ path: basename(path), size, mtimeMs, ctimeMs, ino }]
}

async function readSource(kind: 'tree' | 'file', path: string, store: Store): Promise<ReadSource> {
  const cache = await StatCache.open(store.statFile(`${kind} ${await realpath(path)}`))
  let source: ReadSource
  if (kind === 'tree') source = { root: path, kind, ...(await hashTree(path, cache)) }
  else {
    const [root, listed] = [dirname(path), listFile(path)]
    const files = await hashFiles(root, listed, cache)
    source = { root, kind, digest: digestTree(files), files, listed }
  }
  try {
    await cache.save()
  } catch (error) {
    throw diskFailure(error, `remembering the digests of ${path}`, store.dir) ?? error
  }
  return source
}

/** Content of every `tree` and `file` param; each folder is read once. Unreadable ones are answered as errors. */
export async function readSources(
  stages: readonly ResolvedStage[],
  store: Store,
): Promise<{ readonly sources: Sources; readonly errors: readonly XpError[] }> {
  const sources = new Map<string, Readonly<Record<string, ReadSource>>>()
  const errors: XpError[] = []
  const read = new Map<string, Promise<ReadSource>>()
  for (const { id, stage, params, where } of stages) {
    const own: Record<string, ReadSource> = {}
    for (const { path: param, value, role } of paramLeaves(stage.params, params)) {
      if ((role !== 'tree' && role !== 'file') || typeof value !== 'string') continue
      const name = `${role} ${value}`
      const reading = read.get(name) ?? readSource(role, value, store)
      read.set(name, reading)
      try {
        own[param] = await reading
      } catch (error) {
        if (typeof (error as NodeJS.ErrnoException).code !== 'string' || error instanceof XpError) throw error
        const cause = error as NodeJS.ErrnoException
        const absent = cause.code === 'ENOENT' ? stage.absent?.(value) : undefined
        errors.push(sourceUnreadable(id, param, value, cause, absent).at(where))
      }
    }
    sources.set(id, own)
  }
  return { sources, errors }
}

const sameStamps = (a: readonly ListedFile[], b: readonly ListedFile[]) =>
  a.length === b.length &&
  a.every((file, i) => {
    const other = b[i]
    return (
      file.path === other?.path &&
      file.size === other.size &&
      file.mtimeMs === other.mtimeMs &&
      file.ctimeMs === other.ctimeMs &&
      file.ino === other.ino
    )
  })

/** The present files of a source when their content is no longer what was hashed; undefined while it is. */
export async function changedSince(source: ReadSource): Promise<SourceTree['files'] | undefined> {
  const list = () => {
    try {
      return source.kind === 'tree' ? listTree(source.root) : listFile(`${source.root}/${source.files[0]?.path}`)
    } catch {
      return []
    }
  }
  const listed = list()
  if (sameStamps(source.listed, listed)) return undefined
  const files = await hashFiles(source.root, listed, undefined)
  return digestTree(files) === source.digest ? undefined : files
}
