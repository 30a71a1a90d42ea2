import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { experimentSchema } from '../../../src/config/schema.ts'
import { fakeRegistry } from './fake-registry.ts'
import { LanguageServer } from './language-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'xp-editor-'))
const server = new LanguageServer()
let documents = 0

beforeAll(async () => {
  writeFileSync(join(folder, 'experiment.schema.json'), JSON.stringify(experimentSchema(fakeRegistry)))
  await server.start()
})
afterAll(() => {
  server.stop()
  rmSync(folder, { recursive: true })
})

const modeline = '# yaml-language-server: $schema=./experiment.schema.json\n'

/** Opens an experiment; a `|` in the text marks the cursor and is not part of it. */
async function open(body: string) {
  const text = modeline + body
  const cursor = text.indexOf('|')
  const before = text.slice(0, cursor).split('\n')
  const uri = pathToFileURL(join(folder, `experiment-${++documents}.yaml`)).href
  const problems = await server.open(uri, text.replace('|', ''))
  return { uri, problems, line: before.length - 1, character: before.at(-1)?.length ?? 0 }
}

async function completions(body: string) {
  const { uri, line, character } = await open(body)
  return server.complete(uri, line, character)
}
const labels = async (body: string) => (await completions(body)).map(({ label }) => label)

it('it completes the fields of an experiment', async () => {
  expect(await labels('name: a\n|')).toEqual(expect.arrayContaining(['seed', 'engine', 'vars', 'stages', 'track']))
})

it('it completes the names of stages with their summaries', async () => {
  const items = await completions('name: a\nstages:\n  load:\n    uses: |')
  expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining([...fakeRegistry.names]))
  const found = items.find(({ label }) => label === 'train/supervised')
  expect(JSON.stringify(found?.documentation)).toContain('Fine-tunes.')
})

it('it completes the params of the stage that is used, and of no other', async () => {
  const found = await labels('name: a\nstages:\n  train:\n    uses: train/supervised\n    with:\n      |')
  expect(found).toEqual(expect.arrayContaining(['epochs', 'learningRate', 'optimizer', 'shuffle', 'tag']))
  expect(found).not.toContain('root')
})

it('it completes engines and their keys', async () => {
  expect(await labels('name: a\nengine: |')).toEqual(expect.arrayContaining(['onnx', 'tfjs']))
  const keys = ['name', 'device', 'precision', 'threads', 'allowFallback', 'backend']
  expect(await labels('name: a\nengine:\n  |')).toEqual(expect.arrayContaining(keys))
  expect(await labels('name: a\nengine:\n  device: |')).toEqual(expect.arrayContaining(['auto', 'cuda', 'webgpu']))
  expect(await labels('name: a\nengine:\n  precision: |')).toEqual(expect.arrayContaining(['fp32', 'bf16']))
})

it('it completes the values of a choice', async () => {
  const found = await labels('name: a\nstages:\n  train:\n    uses: train/supervised\n    with:\n      optimizer: |')
  expect(found).toEqual(expect.arrayContaining(['adamw', 'sgd']))
})

it('it completes the inputs of a stage', async () => {
  const found = await labels('name: a\nstages:\n  train:\n    uses: train/supervised\n    from:\n      |')
  expect(found).toEqual(expect.arrayContaining(['model', 'data']))
})

it('it shows what a param means', async () => {
  const { uri, line, character } = await open(
    'name: a\nstages:\n  train:\n    uses: train/supervised\n    with:\n      ep|ochs: 3\n',
  )
  expect(await server.hover(uri, line, character)).toContain('Passes over the data.')
})

it('it finds nothing wrong in a valid experiment with interpolations', async () => {
  const { problems } = await open(`name: a
seed: \${vars.seed}
vars: { seed: 1, epochs: 2, data: x }
stages:
  load: { uses: load/imagefolder, with: { root: "\${vars.data}/y" } }
  split: { uses: split/stratified, from: load }
  model: { uses: model/pretrained, from: { dataset: split }, with: { weights: vit } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model }, with: { size: 64 } }
  train: { uses: train/supervised, from: { model: model, data: transform }, with: { epochs: "\${vars.epochs}" } }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform } }
  report: { uses: report/html, from: { runs: [evaluate], training: train } }
track: { mlflow: { uri: "\${env:MLFLOW_TRACKING_URI}" } }
`)
  expect(problems).toEqual([])
})

it('it finds nothing wrong in the experiments of the project', async () => {
  const experiments = join(import.meta.dirname, '../../../experiments')
  const names = readdirSync(experiments).filter((name) => name.endsWith('.yaml'))
  for (const name of names) {
    const file = join(experiments, name)
    expect(await server.open(pathToFileURL(file).href, readFileSync(file, 'utf8')), name).toEqual([])
  }
  const broken = readFileSync(join(experiments, 'quickstart.yaml'), 'utf8').replace('epochs:', 'epoch:')
  expect(await server.open(pathToFileURL(join(experiments, 'broken.yaml')).href, broken)).toHaveLength(1)
  expect(names.length).toBeGreaterThanOrEqual(3)
})

it.each([
  ['an unknown key', 'name: a\nsede: 1\nstages: { load: { uses: load/imagefolder, with: { root: x } } }\n', 2],
  [
    'an unknown param',
    'name: a\nstages:\n  load:\n    uses: load/imagefolder\n    with:\n      root: x\n      rot: y\n',
    7,
  ],
  ['an unknown stage', 'name: a\nstages:\n  load:\n    uses: load/images\n', 4],
  [
    'a wrong type',
    'name: a\nstages:\n  t:\n    uses: split/stratified\n    from: x\n    with:\n      train: much\n',
    7,
  ],
  [
    'a value out of range',
    'name: a\nstages:\n  t:\n    uses: split/stratified\n    from: x\n    with:\n      train: 3\n',
    7,
  ],
  ['a missing param', 'name: a\nstages:\n  load:\n    uses: load/imagefolder\n    with:\n      workers: 1\n', 5],
  ['an unknown input', 'name: a\nstages:\n  t:\n    uses: train/supervised\n    from: { modle: x }\n', 5],
  [
    'inputs of a stage that takes none',
    'name: a\nstages:\n  l:\n    uses: load/imagefolder\n    from: x\n    with: { root: x }\n',
    5,
  ],
])('it marks %s', async (_, body, line) => {
  const { problems } = await open(body)
  expect(problems.map(({ range }) => range.start.line)).toContain(line)
})
