import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { defineStage } from '../../../src/registry/stage.ts'
import { inventory } from '../../../src/runner/cache-inventory.ts'
import { planRemoval } from '../../../src/runner/cache-removal.ts'
import { sweep } from '../../../src/runner/cache-sweep.ts'
import { openStore } from '../../../src/runner/store.ts'
import { racyMs } from '../../../src/std/stat-cache.ts'
import { Count, execute, type Place, reasonOf, statuses, trainCount, wordsExperiment } from '../../unit/runner/fakes.ts'
import { newPlace, temporaryFolder } from '../../unit/runner/temporary.ts'

let root: string
let place: Place
beforeEach(() => {
  root = temporaryFolder()
  writeFileSync(join(root, 'a.txt'), 'boot sandal shoe')
  place = newPlace()
})

const at = (kind: string, name: string) => join(place.store, kind, name.slice(0, 2), name)
const manifestOf = (key: string) => JSON.parse(readFileSync(join(at('results', key), 'manifest.json'), 'utf8'))

function flip(path: string): void {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

const damages: Readonly<Record<string, { readonly act: (object: string, result: string) => void; says: string }>> = {
  'a flipped byte': {
    act: (object) => flip(join(object, 'value.json')),
    says: 'count: the bytes of value.json changed',
  },
  'a truncated file': {
    act: (object) => truncateSync(join(object, 'value.json'), 3),
    says: 'count: value.json has 3 bytes, not 17',
  },
  'a missing file': { act: (object) => rmSync(join(object, 'value.json')), says: 'count: value.json is missing' },
  'a file too many': {
    act: (object) => writeFileSync(join(object, '.extra'), ''),
    says: 'count: .extra does not belong to it',
  },
  'a missing artifact': { act: (object) => rmSync(object, { recursive: true }), says: 'count: its files are missing' },
  'a truncated manifest': {
    act: (_, result) => truncateSync(join(result, 'manifest.json'), 100),
    says: 'its manifest is not readable',
  },
  'a changed manifest': {
    act: (_, result) => {
      const path = join(result, 'manifest.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace('"seed",42', '"seed",43'))
    },
    says: 'its manifest is not readable',
  },
  'a longer event log': {
    act: (_, result) => appendFileSync(join(result, 'events.jsonl'), '{"type":"metric"}\n'),
    says: 'its event log is not as written',
  },
}

it.each(Object.keys(damages))('serves no result with %s, and computes it again', async (name) => {
  const damage = damages[name]
  const first = await execute(wordsExperiment({ root }), place)
  const key = first.result.stages.find((stage) => stage.id === 'train')?.key ?? ''
  const { digest } = manifestOf(key).outputs.count
  damage?.act(at('objects', digest), at('results', key))
  const again = await execute(wordsExperiment({ root }), place)
  expect(statuses(again)).toEqual({ load: 'hit', pick: 'hit', train: 'ran', report: 'hit' })
  expect(reasonOf(again, 'train')).toBe(`result damaged: ${damage?.says}`)
  expect(manifestOf(key).outputs.count.digest).toBe(digest)
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ train: 'hit' })
})

it('does not read what another version of xp wrote, says so, and makes it anew', async () => {
  const first = await execute(wordsExperiment({ root }), place)
  const key = first.result.stages.find((stage) => stage.id === 'train')?.key ?? ''
  const path = join(at('results', key), 'manifest.json')
  writeFileSync(path, JSON.stringify({ ...manifestOf(key), format: 1, outputs: 'elsewhere' }))
  const again = await execute(wordsExperiment({ root }), place)
  expect(statuses(again)).toEqual({ load: 'hit', pick: 'hit', train: 'ran', report: 'hit' })
  expect(reasonOf(again, 'train')).toBe('its result was written by another version of xp (format 1)')
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ train: 'hit' })
})

it.each(['an index of other lines', 'a stat cache of another format', 'no index'])('works with %s', async (what) => {
  const first = await execute(wordsExperiment({ root }), place)
  const index = join(place.store, 'index', 'train.count.txt')
  if (what === 'an index of other lines') writeFileSync(index, '2 train/count\nx\n')
  else if (what === 'no index') rmSync(index)
  else writeFileSync(join(place.store, 'stat', 'objects.json'), '{"format":0,"rows":[]}')
  const again = await execute(wordsExperiment({ root }), place)
  expect(again.result.stages.map(({ key, status }) => [key, status])).toEqual(
    first.result.stages.map(({ key }) => [key, 'hit']),
  )
})

it('grows by results alone: lists are cut, and gc takes what belongs to none', async () => {
  for (const text of ['boot', 'shoe', 'sandal', 'heel']) {
    writeFileSync(join(root, 'a.txt'), text)
    await execute(wordsExperiment({ root }), place)
  }
  await sleep(racyMs + 100)
  await execute(wordsExperiment({ root }), place)
  // As if two results had been used in turns for years.
  const index = join(place.store, 'index', 'load.words.txt')
  const keys = readFileSync(index, 'utf8').trim().split('\n')
  writeFileSync(index, `${Array.from({ length: 1100 }, (_, i) => keys[i % keys.length]).join('\n')}\n`)
  writeFileSync(join(root, 'a.txt'), 'boot')
  await execute(wordsExperiment({ root }), place)
  expect(readFileSync(index, 'utf8').trim().split('\n')).toHaveLength(4)
  expect(readFileSync(index, 'utf8')).toMatch(new RegExp(`${keys[0]}\n$`))

  const trees = () =>
    readdirSync(join(place.store, 'trees'), { recursive: true }).filter((name) => String(name).endsWith('.json'))
  const stat = join(place.store, 'stat', 'objects.json')
  const known = () => Object.keys(JSON.parse(readFileSync(stat, 'utf8')).files).length
  const before = known()
  expect(trees()).toHaveLength(4)
  const store = await openStore(place.store)
  const nothing = { keys: new Set<string>(), objects: new Set<string>() }
  const tomorrow = Date.now() + 24 * 60 * 60 * 1000
  await sweep(store, planRemoval(await inventory(place.store), nothing, { maxBytes: 0 }, tomorrow))
  await sweep(await openStore(place.store), planRemoval(await inventory(place.store), nothing, {}, tomorrow))
  expect(trees()).toEqual([])
  expect(before).toBeGreaterThan(0)
  expect(known()).toBe(0)
})

it('needs no clock that goes forward', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const first = await execute(wordsExperiment({ root }), place)
    const key = first.result.stages.find((stage) => stage.id === 'train')?.key ?? ''
    const manifest = join(at('results', key), 'manifest.json')
    const used = statSync(manifest).mtimeMs
    vi.setSystemTime(new Date('2001-01-01'))
    const again = await execute(wordsExperiment({ root }), place)
    expect(again.result.stages.map(({ status }) => status)).toEqual(['hit', 'hit', 'hit', 'hit'])
    expect(again.result.runId).toMatch(/^20010101-/)
    // The order of use is not the clock's.
    expect(statSync(manifest).mtimeMs).toBeGreaterThan(used)
    const stored = await inventory(place.store)
    const nothing = { keys: new Set<string>(), objects: new Set<string>() }
    expect(planRemoval(stored, nothing, { olderThanMs: 0 }, Date.now()).results).toEqual([])
    writeFileSync(join(root, 'a.txt'), 'boot sandal shoe heel')
    expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ load: 'ran', train: 'ran' })
  } finally {
    vi.useRealTimers()
  }
})

it('notices a flipped byte in bytes it verified before, also under the old time stamp', async () => {
  const first = await execute(wordsExperiment({ root }), place)
  const key = first.result.stages.find((stage) => stage.id === 'train')?.key ?? ''
  const path = join(at('objects', manifestOf(key).outputs.count.digest), 'value.json')
  await sleep(racyMs + 100)
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ train: 'hit' })
  expect(readFileSync(join(place.store, 'stat', 'objects.json'), 'utf8')).toContain('/value.json')
  flip(path)
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ train: 'ran' })
})

it('tries eight kinds of damage', () => expect(Object.keys(damages)).toHaveLength(8))

it('finds a flipped bit and a cut wherever it is, and ends with the same bytes', async () => {
  const outputs = async () => {
    const { result } = await execute(wordsExperiment({ root }), place)
    const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
    return {
      statuses: result.stages.map(({ status }) => status),
      made: lock.stages.map((s: { outputs: object }) => s.outputs),
    }
  }
  const { made } = await outputs()
  const files = ['objects', 'results'].flatMap((folder) =>
    readdirSync(join(place.store, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => join(place.store, folder, path))
      .filter((path) => statSync(path).isFile()),
  )
  expect(files).toHaveLength(11)
  for (const path of files) {
    const whole = readFileSync(path)
    const cuts = whole.length === 0 ? [] : [() => truncateSync(path, whole.length >> 1)]
    const places = path.endsWith('manifest.json') ? 16 : 3
    const flips =
      whole.length === 0
        ? []
        : Array.from({ length: places }, (_, i) => Math.floor((i * (whole.length - 1)) / (places - 1)))
    const spoil = flips.map((at) => () => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 4
      writeFileSync(path, bytes)
    })
    for (const act of [...spoil, ...cuts]) {
      act()
      const again = await outputs()
      expect([path, again.made]).toEqual([path, made])
      expect(again.statuses, path).toContain('ran')
      expect((await outputs()).statuses, path).toEqual(['hit', 'hit', 'hit', 'hit'])
    }
  }
})

it('says which disk failed, leaves no temporary files and keeps earlier results', async () => {
  const full = {
    ...Count,
    async write(dir: string) {
      await writeFile(join(dir, 'half'), 'x')
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    },
  }
  const train = defineStage({ ...trainCount, outputs: { count: full } })
  const { result, thrown } = await execute(wordsExperiment({ root, train }), place)
  expect(thrown).toBeInstanceOf(XpError)
  expect(thrown).toMatchObject({ code: 'XP_DISK', exit: 'environment' })
  expect(result.error?.message).toContain('train.count: the disk is full')
  expect(readdirSync(join(place.store, 'tmp'))).toEqual([])
  expect(statuses(await execute(wordsExperiment({ root }), place))).toEqual({
    load: 'hit',
    pick: 'hit',
    train: 'ran',
    report: 'ran',
  })
})

it('names a store that may not be written, and XP_STORE', async () => {
  const dir = join(temporaryFolder(), 'store')
  mkdirSync(dir)
  chmodSync(dir, 0o555)
  chmodSync(join(dir, '..'), 0o755)
  const asRoot = process.geteuid?.() === 0
  if (asRoot) process.seteuid?.(65534)
  try {
    const thrown = await openStore(dir).catch((error) => error)
    expect(thrown).toMatchObject({ code: 'XP_STORE_NOT_WRITABLE', exit: 'environment' })
    expect(thrown.message).toContain(dir)
    expect(thrown.hint).toContain('XP_STORE')
  } finally {
    if (asRoot) process.seteuid?.(0)
  }
})

it('names a store in a place that cannot be', async () => {
  await expect(openStore('/proc/xp-store')).rejects.toMatchObject({ code: 'XP_STORE_NOT_WRITABLE' })
  writeFileSync(join(root, 'file'), '')
  await expect(openStore(join(root, 'file/store'))).rejects.toMatchObject({ code: 'XP_STORE_NOT_WRITABLE' })
})

it('sweeps temporary files of long dead processes only, and hides the store from git', async () => {
  await openStore(place.store)
  const [old, fresh] = ['old', 'fresh'].map((name) => join(place.store, 'tmp', name)) as [string, string]
  mkdirSync(old)
  mkdirSync(fresh)
  const longAgo = Date.now() / 1000 - 2 * 24 * 60 * 60
  utimesSync(old, longAgo, longAgo)
  await openStore(place.store)
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  expect(readFileSync(join(place.store, '.gitignore'), 'utf8')).toBe('*\n')
})
