import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { openStore, type Store } from '../../../src/runner/store.ts'
import { readHub } from '../../../src/sources/hub/hub.ts'
import { hubSettings } from '../../../src/sources/hub/hub-settings.ts'
import { parseRepoPlace, repoTitle } from '../../../src/sources/hub/repo-place.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { type Fault, type HubServer, rightToken, type Seen, startHub } from '../../hub/server.ts'
import { temporaryFolder } from '../runner/temporary.ts'
import { zipOf } from './pack.ts'

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)] as const
const weights = Buffer.alloc(300_000, 'weights ')
const model = {
  '.gitattributes': 'hidden',
  'README.md': 'words',
  'config.json': '{"model_type":"vit"}',
  'model.safetensors': weights,
  'preprocessor_config.json': '{}',
  'pytorch_model.bin': Buffer.alloc(5000),
}
const images = {
  'README.md': 'words',
  'train/boot/1.jpg': 'boot 1',
  'train/boot/é 2.jpg': 'boot 2',
  'train/shoe/1.jpg': Buffer.alloc(9000, 7),
  'packed/all.zip': zipOf([
    { name: 'boot/1.jpg', data: 'boot' },
    { name: 'shoe/1.jpg', data: 'shoe' },
  ]),
}

let hub: HubServer
let dir: string
let store: Store
let progress: string[]
beforeEach(async () => {
  dir = temporaryFolder()
  store = await openStore(join(dir, 'store'))
  progress = []
  hub = await startHub({
    'owner/vit': {
      commits: { [first]: model, [second]: { ...model, 'config.json': '{"model_type":"deit"}' } },
      refs: { main: first },
    },
    'owner/secret': { commits: { [first]: model }, refs: { main: first }, access: 'private' },
    'owner/gated': { commits: { [first]: model }, refs: { main: first }, access: 'gated' },
    'owner/pickled': { commits: { [first]: { 'config.json': '{}', 'pytorch_model.bin': '' } }, refs: { main: first } },
    'datasets/owner/shoes': { commits: { [first]: images }, refs: { main: first, 'refs/pr/1': first } },
  })
})
afterEach(() => hub.close())

const noSignal = new AbortController().signal
const quick = { firstWaitMs: 1, silenceMs: 500 }
const settings = (env: NodeJS.ProcessEnv = {}) =>
  hubSettings({ HF_ENDPOINT: hub.url, HF_HOME: join(dir, 'hf'), ...env })

function read(
  value: string,
  { env = {}, pinned, signal = noSignal }: { env?: NodeJS.ProcessEnv; pinned?: string; signal?: AbortSignal } = {},
) {
  const scope = {
    store,
    signal,
    onProgress: ({ done, total, what }: { done: number; total: number; what: string }) =>
      void progress.push(`${done}/${total} ${what}`),
    pinned: async () => pinned,
  }
  return readHub(value, scope, settings(env), quick)
}

async function failure(reading: Promise<unknown>): Promise<XpError> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(XpError)
  return error as XpError
}

const inCache = (...steps: string[]) => join(dir, 'hf/hub/models--owner--vit', ...steps)
const downloads = () => hub.seen.filter(({ host, path }) => host === 'storage' || path.includes('/resolve/'))
const isStorage = ({ host }: Seen) => host === 'storage'

/** The first `faults.length` answers that `matches` go wrong, one by one. */
function misbehave(matches: (request: Seen) => boolean, ...faults: (Fault | undefined)[]) {
  let count = 0
  hub.fault = (request) => (matches(request) ? faults[count++] : undefined)
}

describe('what is named', () => {
  it('reads repositories, revisions and paths', () => {
    expect(parseRepoPlace('hf://o/n')).toEqual({ type: 'model', name: 'o/n', revision: 'main', path: '' })
    expect(parseRepoPlace('hf://datasets/o/n@v1/data/train')).toEqual({
      type: 'dataset',
      name: 'o/n',
      revision: 'v1',
      path: 'data/train',
    })
    expect(parseRepoPlace('hf://o/n@refs/pr/12/sub')).toMatchObject({ revision: 'refs/pr/12', path: 'sub' })
    expect(parseRepoPlace('hf://o/n@a%2Fb')).toMatchObject({ revision: 'a/b' })
    expect(repoTitle(parseRepoPlace('hf://datasets/o/n@v1/x'))).toBe('hf://datasets/o/n')
  })

  it.each([
    'hf://',
    'hf://n',
    'hf://o/',
    'hf://spaces/o/n',
    'hf://o/n/../x',
    'hf://../n',
    'hf://o/n@..',
    'hf://o/n@a b',
    'hf://o/n@%zz',
  ])('refuses %s with the form', (value) => {
    expect(() => parseRepoPlace(value)).toThrow(expect.objectContaining({ code: 'XP_HUB_PLACE' }))
  })

  it('finds the cache, the token and the endpoint as Python does', () => {
    writeFileSync(join(dir, 'token'), 'hf_file\n')
    expect(hubSettings({ HF_HOME: dir })).toEqual({
      endpoint: 'https://huggingface.co',
      token: 'hf_file',
      isOffline: false,
      cacheDir: join(dir, 'hub'),
    })
    const env = { HF_HOME: dir, HF_HUB_CACHE: join(dir, 'c'), HF_TOKEN: 'hf_env', HF_HUB_OFFLINE: 'yes' }
    expect(hubSettings(env)).toMatchObject({ token: 'hf_env', isOffline: true, cacheDir: join(dir, 'c') })
    expect(hubSettings({ HF_HOME: dir, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }).token).toBeUndefined()
    expect(() => hubSettings({ HF_ENDPOINT: 'nowhere' })).toThrow(/HF_ENDPOINT is "nowhere"/)
  })
})

describe('a download', () => {
  it("takes a checkpoint's files alone, into the cache that Python uses, and says the commit", async () => {
    const source = await read('hf://owner/vit')
    expect(source.files.map(({ path }) => path)).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ])
    expect(source.root).toBe(inCache('snapshots', first))
    expect(source.pinned).toMatchObject({ repo: 'hf://owner/vit', revision: 'main', commit: first })
    expect(source.pinned?.sha256).toMatchObject({ 'model.safetensors': sha256(weights) })
    expect(readFileSync(inCache('refs/main'), 'utf8')).toBe(first)
    expect(readlinkSync(inCache('snapshots', first, 'model.safetensors'))).toBe(`../../blobs/${sha256(weights)}`)
    expect(readFileSync(join(source.root, 'model.safetensors'))).toEqual(weights)
    expect(progress.at(-1)).toMatch(/^(\d+)\/\1 bytes downloaded$/)
  })

  it('is not made again, nor is the list of files asked for', async () => {
    const before = await read('hf://owner/vit')
    hub.seen.length = 0
    const again = await read('hf://owner/vit')
    expect(again.digest).toBe(before.digest)
    expect(hub.seen.map(({ path }) => path.split('?')[0])).toEqual(['/api/models/owner/vit/revision/main'])
    hub.seen.length = 0
    expect((await read(`hf://owner/vit@${first}`)).digest).toBe(before.digest)
    expect(hub.seen).toEqual([])
  })

  it('takes one file of weights, with what describes it', async () => {
    const source = await read('hf://owner/vit/model.safetensors')
    expect(source.files.map(({ path }) => path)).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ])
    expect(source.root).toBe(inCache('snapshots', first, '.'))
  })

  it('has the digest of the same files in any folder', async () => {
    const { digest } = await read('hf://owner/vit')
    const { readFolder } = await import('../../../src/sources/folder.ts')
    const folder = join(dir, 'copy')
    mkdirSync(folder)
    for (const name of ['config.json', 'model.safetensors', 'preprocessor_config.json'] as const)
      writeFileSync(join(folder, name), model[name])
    expect((await readFolder(folder, { store })).digest).toBe(digest)
  })

  it('takes a folder of a dataset, names of any kind, and an archive in it', async () => {
    const all = await read('hf://datasets/owner/shoes/train')
    expect(all.files.map(({ path }) => path)).toEqual(['boot/1.jpg', 'boot/é 2.jpg', 'shoe/1.jpg'])
    expect((await read('hf://datasets/owner/shoes@refs/pr/1/train')).digest).toBe(all.digest)
    const packed = await read('hf://datasets/owner/shoes/packed/all.zip')
    expect(packed.files.map(({ path }) => path)).toEqual(['boot/1.jpg', 'shoe/1.jpg'])
    expect(packed.pinned).toMatchObject({ commit: first })
    expect(packed.named).toBe(`hf://datasets/owner/shoes@${first.slice(0, 12)}/packed/all.zip`)
  })

  it('uses what Python has put there', async () => {
    const blobs = inCache('blobs')
    mkdirSync(blobs, { recursive: true })
    writeFileSync(join(blobs, sha256(weights)), weights)
    const link = inCache('snapshots', first, 'model.safetensors')
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(`../../blobs/${sha256(weights)}`, link)
    await read('hf://owner/vit')
    expect(downloads().filter(isStorage)).toEqual([])
  })

  it('shares bytes between commits', async () => {
    await read('hf://owner/vit')
    hub.seen.length = 0
    await read(`hf://owner/vit@${second}`)
    expect(downloads().map(({ path }) => path)).toEqual([`/owner/vit/resolve/${second}/config.json`])
  })

  it('sees a flipped byte in the cache, and fetches the file again', async () => {
    const { digest } = await read('hf://owner/vit')
    const blob = inCache('blobs', sha256(weights))
    const bytes = readFileSync(blob)
    bytes[1000] = 0
    writeFileSync(blob, bytes)
    expect((await read('hf://owner/vit')).digest).toBe(digest)
    expect(readFileSync(blob)).toEqual(weights)
  })

  it('is made once by two at the same time', async () => {
    const [a, b] = await Promise.all([read('hf://owner/vit'), read('hf://owner/vit')])
    expect(a?.digest).toBe(b?.digest)
    expect(downloads().filter(isStorage)).toHaveLength(1)
  })
})

describe('a server that misbehaves', () => {
  it('is asked for the rest after a cut, also by the next process', async () => {
    misbehave(isStorage, { kind: 'cut', bytes: 100_000 }, { kind: 'cut', bytes: 50_000 })
    const { root } = await read('hf://owner/vit')
    expect(readFileSync(join(root, 'model.safetensors'))).toEqual(weights)
    expect(
      downloads()
        .filter(isStorage)
        .map(({ range }) => range),
    ).toEqual([undefined, 'bytes=100000-', 'bytes=150000-'])

    rmSync(join(dir, 'hf'), { recursive: true })
    misbehave(isStorage, { kind: 'cut', bytes: 1000 }, ...Array<Fault>(9).fill({ kind: 'cut', bytes: 0 }))
    const error = await failure(read('hf://owner/vit'))
    expect(error.code).toBe('XP_HUB_CUT')
    expect(error.message).toContain('model.safetensors was cut off again and again, at last after 1000 of 300000 bytes')
    hub.fault = () => undefined
    hub.seen.length = 0
    await read('hf://owner/vit')
    expect(
      downloads()
        .filter(isStorage)
        .map(({ range }) => range),
    ).toEqual(['bytes=1000-'])
  })

  it('may not give parts', async () => {
    misbehave(isStorage, { kind: 'cut', bytes: 100_000 }, { kind: 'whole' })
    const { root } = await read('hf://owner/vit')
    expect(readFileSync(join(root, 'model.safetensors'))).toEqual(weights)
  })

  it('may send wrong bytes once', async () => {
    misbehave(isStorage, { kind: 'wrong' })
    const { root } = await read('hf://owner/vit')
    expect(readFileSync(join(root, 'model.safetensors'))).toEqual(weights)
  })

  it.each<Fault>([{ kind: 'wrong' }, { kind: 'long' }])('may not send wrong bytes twice: %o', async (fault) => {
    hub.fault = (request) => (isStorage(request) ? fault : undefined)
    const error = await failure(read('hf://owner/vit'))
    expect(error.code).toBe('XP_HUB_WRONG_BYTES')
    expect(error.message).toContain(sha256(weights))
    expect(existsSync(inCache('blobs', sha256(weights)))).toBe(false)
    expect(existsSync(inCache('blobs', `${sha256(weights)}.xp.incomplete`))).toBe(false)
  })

  it('may spoil a small file: git knows', async () => {
    hub.fault = ({ path }) => (path.endsWith('/config.json') ? { kind: 'wrong' } : undefined)
    const error = await failure(read('hf://owner/vit'))
    expect([error.code, error.message]).toEqual(['XP_HUB_WRONG_BYTES', expect.stringContaining('config.json')])
  })

  it('may be busy for a while', async () => {
    const busy: Fault = { kind: 'status', status: 429, headers: { 'retry-after': '0' } }
    misbehave(() => true, busy, { kind: 'status', status: 503 }, busy, undefined, { kind: 'status', status: 500 })
    expect((await read('hf://owner/vit')).files).toHaveLength(3)
  })

  it('is told of when it stays busy, with the time that it asks for', async () => {
    hub.fault = () => ({ kind: 'status', status: 429, headers: { ratelimit: '"api";r=0;t=240' } })
    const error = await failure(read('hf://owner/vit'))
    expect([error.code, error.hint]).toEqual(['XP_HUB_BUSY', expect.stringContaining('wait 240 s')])
    expect(hub.seen).toHaveLength(1)
  })

  it('may be silent: the connection is given up and tried again', async () => {
    misbehave(isStorage, { kind: 'silent' })
    expect((await read('hf://owner/vit')).files).toHaveLength(3)
  })

  it('may be away', async () => {
    await hub.close()
    const error = await failure(read('hf://owner/vit'))
    expect(error.code).toBe('XP_HUB_UNREACHABLE')
    expect(error.message).toContain(hub.url)
  })

  it('may name files that lead elsewhere', async () => {
    hub.repos['owner/vit'] = { commits: { [first]: { ...model, '../../evil': 'x' } }, refs: { main: first } }
    expect((await failure(read('hf://owner/vit'))).code).toBe('XP_HUB_FILE_NAME')
  })

  it('stops at once when the run is stopped', async () => {
    const stop = new AbortController()
    hub.fault = (request) => {
      if (isStorage(request)) stop.abort(new Error('stopped'))
      return isStorage(request) ? { kind: 'silent' } : undefined
    }
    await expect(read('hf://owner/vit', { signal: stop.signal })).rejects.toThrow('stopped')
  })
})

describe('access', () => {
  const codes = async (value: string, env: NodeJS.ProcessEnv = {}) => {
    const { code, message, hint } = await failure(read(value, { env }))
    return [code, message, hint].join('; ')
  }

  it('says what is missing', async () => {
    expect(await codes('hf://owner/none')).toBe(
      'XP_HUB_REFUSED; hf://owner/none is not there, or is private; correct the id, or the path if a folder on this machine is meant; for a private repository, set HF_TOKEN to a token',
    )
    expect(await codes('hf://owner/vit@v9')).toContain('hf://owner/vit has no such revision')
    expect(await codes('hf://owner/gated')).toContain('is gated')
    expect(await codes('hf://owner/secret', { HF_TOKEN: 'hf_wrong' })).toContain('the token is not valid')
    expect(await codes('hf://owner/none', { HF_TOKEN: rightToken })).toContain('your account may not see it')
    expect(await codes('hf://owner/pickled')).toContain('pytorch_model.bin is a pickle')
    expect(await codes('hf://datasets/owner/shoes/none')).toContain('has no files of data in none')
  })

  it('gives the token to the hub and to nobody else, and says it nowhere', async () => {
    await read('hf://owner/secret', { env: { HF_TOKEN: rightToken } })
    const byHost = (host: Seen['host']) =>
      new Set(hub.seen.filter((seen) => seen.host === host).map(({ authorization }) => authorization))
    expect(byHost('hub')).toEqual(new Set([`Bearer ${rightToken}`]))
    expect(byHost('storage')).toEqual(new Set([undefined]))
    const error = await failure(read('hf://owner/none', { env: { HF_TOKEN: rightToken } }))
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(rightToken)
  })
})

describe('without the hub', () => {
  const offline = { env: { HF_HUB_OFFLINE: '1' } }

  it('reads what is there and asks nobody', async () => {
    const { digest } = await read('hf://owner/vit')
    hub.seen.length = 0
    expect((await read('hf://owner/vit', offline)).digest).toBe(digest)
    store = await openStore(join(dir, 'another store'))
    expect((await read('hf://owner/vit', offline)).digest).toBe(digest)
    expect(hub.seen).toEqual([])
  })

  it('says what is missing', async () => {
    expect((await failure(read('hf://owner/vit', offline))).code).toBe('XP_HUB_OFFLINE')
    await read('hf://owner/vit')
    rmSync(inCache('snapshots', first, 'config.json'))
    rmSync(inCache('blobs'), { recursive: true })
    const error = await failure(read('hf://owner/vit', offline))
    expect(error.message).toContain('missing: config.json, model.safetensors, preprocessor_config.json')
  })

  it('goes on with what was last known when the hub is away, and says so', async () => {
    const { digest } = await read('hf://owner/vit')
    await hub.close()
    const again = await read('hf://owner/vit')
    expect(again.digest).toBe(digest)
    expect(again.warnings?.[0]).toContain('main is taken for aaaaaaaaaaaa')
  })
})

describe('a branch that moves', () => {
  it('is followed by a new experiment, and reported to one that has a lock', async () => {
    const old = await read('hf://owner/vit')
    const { refs } = hub.repos['owner/vit'] as (typeof hub.repos)[string]
    refs.main = second
    const kept = await read('hf://owner/vit', { pinned: first })
    expect(kept.digest).toBe(old.digest)
    expect(kept.warnings).toEqual([
      `hf://owner/vit: main has moved from ${first.slice(0, 12)} to ${second.slice(0, 12)}; this run uses ${first.slice(0, 12)} as the runs before. To take the new state, write @${second}`,
    ])
    expect((await read('hf://owner/vit')).digest).not.toBe(old.digest)
    await hub.close()
    expect((await read('hf://owner/vit', { pinned: first })).warnings).toEqual([])
  })
})

it('lists a file once it changes', async () => {
  const source = await read('hf://owner/vit')
  const before = source.list().map(({ size }) => size)
  const config = join(source.root, 'config.json')
  writeFileSync(config, 'another')
  expect(source.list().map(({ size }) => size)).not.toEqual(before)
  expect(statSync(config).size).toBe(7)
})
