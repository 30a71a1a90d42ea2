import { sourceKind, sourceUnreadable } from '../errors/runner.ts'
import { expectedErrors, type XpError } from '../errors/xp-error.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import { type ParamLeaf, paramLeaves } from '../registry/param-leaves.ts'
import type { SourceTree } from '../registry/stage.ts'
import { readOneFile } from '../sources/folder.ts'
import { kindOf, titlesOf } from '../sources/kinds.ts'
import type { ReadSource, SourceScope } from '../sources/source.ts'
import { digestTree } from '../std/hash.ts'
import { hashFiles, type ListedFile } from '../std/tree.ts'

/** By stage id, then by dotted param path. */
export type Sources = ReadonlyMap<string, Readonly<Record<string, ReadSource>>>

/** How to read what a `tree` param names. @throws XpError where it is of a kind that the param does not take */
async function readerOf(stage: string, { path, sources }: ParamLeaf, value: string) {
  const kind = await kindOf(value)
  const taken = sources ?? ['folder']
  if (!taken.includes(kind.name)) throw sourceKind(stage, path, value, kind.title, titlesOf(taken))
  return kind.read
}

/** What is wrong with a source, as errors at the value that names it; nothing when that is a bug. */
function problemsOf(thrown: unknown, { id, stage, where, placeOf }: ResolvedStage, param: string, value: string) {
  const place = placeOf(param) ?? where
  const expected = expectedErrors(thrown)
  if (expected.length > 0) return expected.map((error) => error.at(place))
  const cause = thrown as NodeJS.ErrnoException
  if (!(thrown instanceof Error) || typeof cause.code !== 'string') return []
  const absent = cause.code === 'ENOENT' ? stage.absent?.(value) : undefined
  return [sourceUnreadable(id, param, value, cause, absent).at(place)]
}

/**
 * Content of every `tree` and `file` param; each source is read once. Unreadable ones are answered as errors, with the
 * ids of the stages that name them.
 * @throws the signal's reason when it is aborted
 */
export async function readSources(
  stages: readonly ResolvedStage[],
  scope: SourceScope,
): Promise<{ readonly sources: Sources; readonly errors: readonly XpError[]; readonly unread: ReadonlySet<string> }> {
  const sources = new Map<string, Readonly<Record<string, ReadSource>>>()
  const errors: XpError[] = []
  const unread = new Set<string>()
  const read = new Map<string, Promise<ReadSource>>()
  for (const resolved of stages) {
    const { id, stage, params } = resolved
    const own: Record<string, ReadSource> = {}
    for (const leaf of paramLeaves(stage.params, params)) {
      const { path: param, value, role } = leaf
      if ((role !== 'tree' && role !== 'file') || typeof value !== 'string') continue
      scope.signal.throwIfAborted()
      const name = `${role} ${value}`
      try {
        const readIt = role === 'tree' ? await readerOf(id, leaf, value) : readOneFile
        const reading = read.get(name) ?? readIt(value, scope)
        read.set(name, reading)
        own[param] = await reading
      } catch (error) {
        const problems = problemsOf(error, resolved, param, value)
        if (problems.length === 0) throw error
        errors.push(...problems)
        unread.add(id)
      }
    }
    sources.set(id, own)
  }
  return { sources, errors, unread }
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
      return source.list()
    } catch {
      return []
    }
  }
  const listed = list()
  if (sameStamps(source.listed, listed)) return undefined
  const files = await hashFiles(source.root, listed, undefined)
  return digestTree(files) === source.digest ? undefined : files
}
