import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceScope } from '../sources/source.ts'

/** How many runs are looked at, from the latest back. */
const mostRuns = 200

interface Lock {
  readonly name?: unknown
  readonly stages?: readonly { readonly pinned?: Readonly<Record<string, unknown>> }[]
}

interface Pin {
  readonly repo: string
  readonly revision: string
  readonly commit: string
}

const isPin = (pin: unknown): pin is Pin => {
  const { repo, revision, commit } = (pin ?? {}) as Partial<Record<keyof Pin, unknown>>
  return [repo, revision, commit].every((field) => typeof field === 'string')
}

async function lockIn(dir: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, 'lock.json'), 'utf8')) as Lock
  } catch {
    // A run that was killed left none, or half of one.
    return undefined
  }
}

/**
 * What the locks of an experiment's runs say of repositories on the hub: the commit that the latest of them used for a
 * revision. They are read when first asked for.
 */
export function latestPins(runsDir: string | undefined, experiment: string): NonNullable<SourceScope['pinned']> {
  let read: Promise<ReadonlyMap<string, string>> | undefined
  const nameOf = (repo: string, revision: string) => `${repo}@${revision}`
  const readAll = async () => {
    const commits = new Map<string, string>()
    if (runsDir === undefined) return commits
    const runs = (await readdir(runsDir).catch(() => [])).sort().reverse()
    for (const run of runs.slice(0, mostRuns)) {
      const lock = await lockIn(join(runsDir, run))
      if (lock?.name !== experiment) continue
      const pins = (lock.stages ?? []).flatMap(({ pinned }) => Object.values(pinned ?? {}).filter(isPin))
      for (const { repo, revision, commit } of pins) {
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
