import fs, { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { inventory } from '../../../src/runner/cache-inventory.ts'
import { planRemoval } from '../../../src/runner/cache-removal.ts'
import { sweep } from '../../../src/runner/cache-sweep.ts'
import { openStore } from '../../../src/runner/store.ts'
import { execute, statuses, wordsExperiment } from '../../unit/runner/fakes.ts'
import { temporaryFolder } from '../../unit/runner/temporary.ts'

type Calls = Record<string, (...args: unknown[]) => unknown>

/** What the runner calls of the file system, by how a failure is told. */
const promised = [
  'mkdir',
  'writeFile',
  'readFile',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'readdir',
  'open',
  'appendFile',
  'symlink',
  'utimes',
]
const synchronous = ['openSync', 'writeSync', 'fsyncSync', 'readdirSync', 'lstatSync', 'statSync', 'readFileSync']

const opened = await fs.promises.open(import.meta.filename)
const handles = Object.getPrototypeOf(opened) as Calls
await opened.close()

const tables = [
  [fs.promises as unknown as Calls, promised],
  [fs as unknown as Calls, synchronous],
  [handles, ['sync', 'writeFile', 'read']],
] as const
const whole = tables.flatMap(([table, names]) => names.map((name) => [table, name, table[name]] as const))

function restore(): void {
  for (const [table, name, call] of whole) table[name] = call as Calls[string]
  syncBuiltinESMExports()
}
afterEach(restore)

/** Lets the `k`-th call inside `folder` fail, from 1; answers how many there were and which one failed. */
function failing(folder: string, k: number, code: string) {
  const seen = { calls: 0, failed: '' }
  const error = (name: string, path: string) =>
    Object.assign(new Error(`${code}: made to fail, ${name} '${path}'`), { code, syscall: name, path })
  for (const [table, name, call] of whole) {
    if (call === undefined) throw new Error(`node:fs has no ${name}`)
    table[name] = function (this: unknown, ...args: unknown[]) {
      // What is told a file that is open already is told ours.
      const isOpen = typeof args[0] === 'number' || table === handles
      if (!isOpen && !String(args[0]).startsWith(folder)) return call.apply(this, args)
      if (++seen.calls !== k) return call.apply(this, args)
      seen.failed = `${name} ${String(args[0]).slice(folder.length)}`
      if (table === (fs as unknown)) throw error(name, String(args[0]))
      return Promise.reject(error(name, String(args[0])))
    }
  }
  syncBuiltinESMExports()
  return seen
}

/** What is neither a result nor part of one. */
const leftBehind = (store: string) =>
  readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^tmp\/[^/]+$|\.(tmp|new|broken)$/.test(path))
    .map((path) => join(store, path))

/** What `xp cache gc` does without limits, when what is there has become old. */
async function sweepAsTomorrow(dir: string): Promise<void> {
  const longAgo = Date.now() / 1000 - 2 * 24 * 60 * 60
  const scratch = readdirSync(join(dir, 'scratch')).map((name) => join(dir, 'scratch', name))
  for (const path of [...leftBehind(dir), ...scratch]) utimesSync(path, longAgo, longAgo)
  const stored = await inventory(dir)
  const kept = { keys: new Set(stored.results.map(({ manifest }) => manifest.key)), objects: new Set<string>() }
  await sweep(await openStore(dir), planRemoval(stored, kept, {}, Date.now()))
}

function project() {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'words'))
  writeFileSync(join(dir, 'words', 'a.txt'), 'boot sandal shoe')
  return { dir, root: join(dir, 'words'), place: { store: join(dir, '.xp'), runs: join(dir, 'runs') } }
}

it.each(['EIO', 'ENOSPC', 'EACCES'])(
  'whichever call fails with %s: a clean error or none, and the next run is whole',
  async (code) => {
    const counted = project()
    const all = failing(counted.dir, -1, code)
    const { result } = await execute(wordsExperiment({ root: counted.root }), counted.place)
    restore()
    expect(result.status).toBe('finished')
    const undisturbed = result.stages.map(({ key }) => key)
    expect(all.calls).toBeGreaterThan(100)

    const ends: Record<string, number> = {}
    for (let k = 1; k <= all.calls; k++) {
      const { dir, root, place } = project()
      const seen = failing(dir, k, code)
      const end = await execute(wordsExperiment({ root }), place).then(
        ({ result: { status, stages }, thrown }) => ({ status, stages, thrown }),
        (thrown) => ({ status: 'refused', stages: [], thrown }),
      )
      restore()
      ends[end.status] = (ends[end.status] ?? 0) + 1
      if (end.status !== 'finished') {
        const errors = expectedErrors(end.thrown)
        expect(errors.length, `${k}: ${seen.failed}: ${end.thrown?.stack}`).toBeGreaterThan(0)
        for (const { exit } of errors) expect(['environment', 'data'], seen.failed).toContain(exit)
      }
      const again = await execute(wordsExperiment({ root }), place)
      expect([seen.failed, again.result.status]).toEqual([seen.failed, 'finished'])
      expect(again.result.stages.map(({ key }) => key)).toEqual(undisturbed)
      const kept = end.stages.filter(({ status }) => status === 'ran').map(({ id }) => id)
      for (const id of kept) expect([seen.failed, id, statuses(again)[id]]).toEqual([seen.failed, id, 'hit'])
      expect(leftBehind(place.store).length > 0 && !/^rm(dir)? /.test(seen.failed), seen.failed).toBe(false)
      await sweepAsTomorrow(place.store)
      expect([...leftBehind(place.store), ...readdirSync(join(place.store, 'scratch'))], seen.failed).toEqual([])
      const cached = await execute(wordsExperiment({ root }), place)
      expect(Object.values(statuses(cached)), seen.failed).toEqual(['hit', 'hit', 'hit', 'hit'])
    }
    expect(ends.finished ?? 0).toBeLessThan(all.calls)
  },
  300_000,
)
