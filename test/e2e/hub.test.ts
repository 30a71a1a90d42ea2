import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HubServer, startHub } from '../hub/server.ts'
import { createProject, type Project } from './project.ts'

const goldens = resolve(import.meta.dirname, '../goldens')
const [first, second] = ['a'.repeat(40), 'b'.repeat(40)] as const
const filesOf = (folder: string, prefix = '') =>
  Object.fromEntries(readdirSync(folder).map((name) => [prefix + name, readFileSync(join(folder, name))]))

const yaml = `name: shoes
seed: 7
stages:
  load: { uses: load/hub, with: { repo: owner/shoes } }
  model: { uses: model/pretrained, from: { dataset: load }, with: { weights: owner/vit, head: new } }
`

let hub: HubServer
let project: Project
let cache: string
beforeEach(async () => {
  const model = filesOf(join(goldens, 'vit-tiny'))
  hub = await startHub({
    'owner/vit': { commits: { [first]: model, [second]: { ...model, 'config.json': '{}' } }, refs: { main: first } },
    'datasets/owner/shoes': {
      commits: { [first]: filesOf(join(goldens, 'parquet/hub/data'), 'data/') },
      refs: { main: first },
    },
  })
  cache = mkdtempSync(join(tmpdir(), 'xp-hub-'))
  project = createProject({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: '', HF_TOKEN: 'hf_right' })
  project.write('shoes.yaml', yaml)
})
afterEach(async () => {
  await hub.close()
  await project.remove()
  await rm(cache, { recursive: true })
})

const run = async () => {
  const ended = await project.xp('run', 'shoes.yaml', '--json')
  return { ...ended, result: JSON.parse(ended.stdout) }
}

it('a dataset and a model of the hub are downloaded once, pinned, and kept when their branch moves', async () => {
  const one = await run()
  expect(one.code, one.stderr).toBe(0)
  const lock = JSON.parse(readFileSync(join(one.result.dir, 'lock.json'), 'utf8'))
  const pins = lock.stages.map(({ pinned }: { pinned: object }) => Object.values(pinned)[0])
  expect(pins).toMatchObject([
    { repo: 'hf://datasets/owner/shoes', revision: 'main', commit: first },
    { repo: 'hf://owner/vit', revision: 'main', commit: first, sha256: { 'model.safetensors': expect.any(String) } },
  ])

  const { refs } = hub.repos['owner/vit'] as (typeof hub.repos)[string]
  refs.main = second
  const two = await run()
  expect(two.code, two.stderr).toBe(0)
  expect(two.result.stages.map(({ status }: { status: string }) => status)).toEqual(['hit', 'hit'])
  expect(two.stderr).toContain('main has moved from aaaaaaaaaaaa to bbbbbbbbbbbb')
  expect(readFileSync(join(two.result.dir, 'events.jsonl'), 'utf8')).not.toContain('hf_right')

  await hub.close()
  const three = await run()
  expect(three.code, three.stderr).toBe(0)
  expect(three.result.stages.map(({ status }: { status: string }) => status)).toEqual(['hit', 'hit'])
})

it('a repository that is not there is an error at the value that names it', async () => {
  project.write('shoes.yaml', yaml.replace('owner/vit', 'owner/vti').replace('owner/shoes', 'shoes'))
  const { code, stderr } = await project.xp('run', 'shoes.yaml')
  expect(code).toBe(2)
  expect(stderr).toContain(
    'error[XP_HUB_PLACE]: hf://datasets/shoes is not a place on the hub: a repository has an owner and a name\n --> shoes.yaml:4:41',
  )
  expect(stderr).toContain('error[XP_HUB_REFUSED]: hf://owner/vti is not there')
  expect(stderr).toContain('shoes.yaml:5:78')
})
