import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../src/runner/store.ts'
import { readHub } from '../../src/sources/hub/hub.ts'
import { hubSettings } from '../../src/sources/hub/hub-settings.ts'
import { type HubServer, startHub } from '../hub/server.ts'
import { huggingFacePython } from './huggingface-python.ts'

const commit = 'c'.repeat(40)
const files = { 'config.json': '{}', 'model.safetensors': Buffer.alloc(50_000, 3), 'README.md': 'words' }

let hub: HubServer
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-hub-'))
  hub = await startHub({ 'owner/vit': { commits: { [commit]: files }, refs: { main: commit } } })
})
afterEach(async () => {
  await hub.close()
  await rm(dir, { recursive: true })
})

const env = (more: NodeJS.ProcessEnv = {}) => ({ HF_HOME: join(dir, 'hf'), HF_ENDPOINT: hub.url, ...more })

/** Runs Python without blocking this process, which is its server. */
async function python(code: string, more: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const options = { env: { ...process.env, HF_HUB_DISABLE_XET: '1', ...env(more) } }
  const { stdout } = await promisify(execFile)(huggingFacePython(), ['-c', code], options)
  return JSON.parse(stdout)
}

async function xp(more: NodeJS.ProcessEnv = {}) {
  const store = await openStore(join(dir, 'store'))
  const scope = { store, signal: new AbortController().signal, onProgress: () => undefined }
  return readHub('hf://owner/vit', scope, hubSettings(env(more)))
}

it('Python finds in the cache what xp has downloaded, and nothing wrong with it', async () => {
  await xp()
  const code = `
import json, os
from huggingface_hub import scan_cache_dir, snapshot_download
folder = snapshot_download('owner/vit')
info = scan_cache_dir()
print(json.dumps({'files': sorted(os.listdir(folder)), 'warnings': [str(w) for w in info.warnings], 'refs': [sorted(r.refs) for repo in info.repos for r in repo.revisions]}))`
  expect(await python(code, { HF_HUB_OFFLINE: '1' })).toEqual({
    files: ['config.json', 'model.safetensors'],
    warnings: [],
    refs: [['main']],
  })
})

it('xp finds in the cache what Python has downloaded', async () => {
  const code = `
import json
from huggingface_hub import snapshot_download
print(json.dumps(snapshot_download('owner/vit')))`
  const folder = await python(code)
  hub.seen.length = 0
  const source = await xp({ HF_HUB_OFFLINE: '1' })
  expect(source.root).toBe(folder)
  expect(source.files.map(({ path }) => path)).toEqual(['config.json', 'model.safetensors'])
  expect(hub.seen).toEqual([])
  expect((await xp()).digest).toBe(source.digest)
  expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([])
})
