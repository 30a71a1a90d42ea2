import { join } from 'node:path'
import type { SourceScope } from '../sources/source.ts'
import { type Lock, readLock } from './lock-file.ts'
import { runIds } from './run-history.ts'

/** How many runs are looked at, from the latest back. */
const mostRuns = 200

interface Pin {
  readonly repo: string
  readonly revision: string
  readonly commit: string
}

const isPin = (pin: unknown): pin is Pin => {
  const { repo, revision, commit } = (pin ?? {}) as Partial<Record<keyof Pin, unknown>>
  return [repo, revision, commit].every((field) => typeof field === 'string')
}

const nameOf = (repo: string, revision: string) => `${repo}@${revision}`

const pinsOf = ({ stages }: Lock): readonly Pin[] =>
  stages.flatMap(({ pinned }) => Object.values(pinned ?? {}).filter(isPin))

/** The commits that one run used. */
export function pinsOfLock(lock: Lock): NonNullable<SourceScope['pinned']> {
  const commits = new Map(pinsOf(lock).map(({ repo, revision, commit }) => [nameOf(repo, revision), commit]))
  return async (repo, revision) => commits.get(nameOf(repo, revision))
}

/**
 * What the locks of an experiment's runs say of repositories on the hub: the commit that the latest of them used for a
 * revision. They are read when first asked for.
 */
export function latestPins(runsDir: string | undefined, experiment: string): NonNullable<SourceScope['pinned']> {
  let read: Promise<ReadonlyMap<string, string>> | undefined
  const readAll = async () => {
    const commits = new Map<string, string>()
    if (runsDir === undefined) return commits
    for (const run of (await runIds(runsDir)).slice(0, mostRuns)) {
      const lock = await readLock(join(runsDir, run))
      if (lock?.name !== experiment) continue
      for (const { repo, revision, commit } of pinsOf(lock)) {
        const name = nameOf(repo, revision)
        if (!commits.has(name)) commits.set(name, commit)
      }
    }
    return commits
  }
  return async (repo, revision) => {
    read ??= readAll()
    return (await read).get(nameOf(repo, revision))
  }
}
