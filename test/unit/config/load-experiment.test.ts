import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { renderErrors } from '../../../src/errors/render.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { fakeRegistry } from './fake-registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'xp-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const worked = `name: shoes
vars: { data: ../data, weights: "\${vars.data}/vit", epochs: 7 }
stages:
  report: { uses: report/html, from: { runs: [zero-shot, evaluate], training: train } }
  load: { uses: load/imagefolder, with: { root: "\${vars.data}/shoes" } }
  split: { uses: split/stratified, from: load }
  model: { uses: model/pretrained, from: { dataset: split }, with: { weights: "\${vars.weights}" } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
  zero-shot: { uses: evaluate/classification, from: { model: model, data: transform } }
  train:
    uses: train/supervised
    from: { model: model, data: transform }
    with: { epochs: "\${vars.epochs}" }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform } }
track:
  mlflow: { uri: "\${env:MLFLOW_TRACKING_URI}", experiment: shoes }
`
let files = 0
interface Options {
  readonly set?: readonly string[]
  readonly env?: Record<string, string>
  readonly cwd?: string
}
function load(text: string, { set = [], env = {}, cwd = folder }: Options = {}) {
  const file = join(folder, `experiment-${++files}.yaml`)
  writeFileSync(file, text)
  return loadExperiment(file, { registry: fakeRegistry, set, env, cwd })
}
async function errorsOf(text: string, options: Options = {}) {
  try {
    await load(text, options)
  } catch (thrown) {
    return expectedErrors(thrown)
  }
  return []
}
async function paramsOf(text: string, options: Options = {}) {
  const { stages } = await load(text, options)
  return Object.fromEntries(stages.map(({ id, params }) => [id, params]))
}

it('it sorts stages so that inputs come first, in file order among equals', async () => {
  const { stages } = await load(worked)
  expect(stages.map(({ id }) => id)).toEqual([
    'load',
    'split',
    'model',
    'transform',
    'zero-shot',
    'train',
    'evaluate',
    'report',
  ])
})

it('it wires inputs by artifact type', async () => {
  const { stages } = await load(worked)
  const inputs = Object.fromEntries(stages.map((stage) => [stage.id, stage.inputs]))
  expect(inputs.split).toEqual({ dataset: [{ stage: 'load', port: 'dataset' }] })
  expect(inputs.load).toEqual({})
  expect(inputs.report).toEqual({
    runs: [
      { stage: 'zero-shot', port: 'evaluation' },
      { stage: 'evaluate', port: 'evaluation' },
    ],
    training: [{ stage: 'train', port: 'history' }],
  })
})

it('it takes one id where an input takes many, and an output by name', async () => {
  const { stages } = await load(
    worked.replace('runs: [zero-shot, evaluate], training: train', 'runs: evaluate, training: train.history'),
  )
  expect(stages.at(-1)?.inputs).toEqual({
    runs: [{ stage: 'evaluate', port: 'evaluation' }],
    training: [{ stage: 'train', port: 'history' }],
  })
})

it('it takes an output by name in the short form', async () => {
  const { stages } = await load(`name: a
stages:
  load: { uses: load/imagefolder, with: { root: x } }
  pair: { uses: split/pair, from: load }
  split: { uses: split/stratified, from: pair.right }
`)
  expect(stages.at(-1)?.inputs).toEqual({ dataset: [{ stage: 'pair', port: 'right' }] })
})

it('it fills defaults, nested ones too', async () => {
  const params = await paramsOf(worked)
  expect(params.train).toEqual({ epochs: 7, learningRate: 1e-5, optimizer: 'adamw', shuffle: true })
  expect(params.transform).toEqual({ size: 'auto', augmentation: { horizontalFlip: 0.5 } })
  const { seed, engine } = await load(worked)
  const auto = { name: 'onnx', device: 'auto', precision: 'auto', allowFallback: false, where: {} }
  expect({ seed, engine }).toEqual({ seed: 42, engine: auto })
})

it('it resolves paths of the file against its folder, and of --set against the current one', async () => {
  const params = await paramsOf(worked, { set: ['stages.model.with.config=c.json'], cwd: tmpdir() })
  expect(params.load?.root).toBe(join(folder, '../data/shoes'))
  expect(params.model).toEqual({ weights: join(folder, '../data/vit'), config: join(tmpdir(), 'c.json') })
})

it('it resolves a path that starts with a set variable against the current folder', async () => {
  const params = await paramsOf(worked, { set: ['vars.data=images'], cwd: '/elsewhere' })
  expect(params.load?.root).toBe('/elsewhere/images/shoes')
  expect(params.model?.weights).toBe('/elsewhere/images/vit')
})

it('it says where each param came from', async () => {
  const { stages } = await load(worked, { set: ['stages.train.with.learningRate=1e-4', 'vars.epochs=2'] })
  const origins = Object.fromEntries(stages.find(({ id }) => id === 'train')?.origins ?? [])
  expect(origins).toEqual({
    epochs: { from: 'vars', text: 'vars.epochs, --set' },
    learningRate: { from: 'set', text: '--set' },
    optimizer: { from: 'default', text: 'default' },
    shuffle: { from: 'default', text: 'default' },
  })
  const root = stages.find(({ id }) => id === 'load')?.origins.get('root')
  expect(root).toEqual({ from: 'vars', text: 'vars.data' })
  const written = await load(worked.replace('from: load }', 'from: load, with: { test: 0.3 } }'))
  expect(written.stages.find(({ id }) => id === 'split')?.origins.get('test')?.text).toMatch(
    /experiment-\d+\.yaml:6:\d+$/,
  )
})

it('it points at each stage in the file', async () => {
  const { stages } = await load(worked)
  expect(stages[0]?.where).toMatchObject({ line: 5, column: 3 })
})

it('it writes the composed experiment with origins, and reads it again to the same params', async () => {
  const first = await load(worked, { set: ['stages.train.with.epochs=2'] })
  expect(first.resolvedYaml).toContain('epochs: 2 # --set\n')
  expect(first.resolvedYaml).toContain('seed: 42 # default\n')
  expect(first.resolvedYaml).toContain('# vars.data\n')
  const again = await load(first.resolvedYaml)
  expect(again.stages.map(({ id, params }) => [id, params])).toEqual(first.stages.map(({ id, params }) => [id, params]))
  expect(again.stages.map(({ inputs }) => inputs)).toEqual(first.stages.map(({ inputs }) => inputs))
})

it('it keeps secrets of the environment out of everything but the tracker', async () => {
  const env = { MLFLOW_TRACKING_URI: 'https://me:hunter2@mlflow.example.org' }
  const experiment = await load(worked, { env })
  expect(experiment.track.mlflow).toEqual({ uri: env.MLFLOW_TRACKING_URI, experiment: 'shoes' })
  expect(parse(experiment.resolvedYaml).track.mlflow.uri).toBe(`\${env:MLFLOW_TRACKING_URI}`)
  expect(JSON.stringify({ ...experiment, track: undefined })).not.toContain('hunter2')
})

it('it stars out secrets that the file itself holds', async () => {
  const text = worked.replace(`\${env:MLFLOW_TRACKING_URI}`, 'https://me:hunter2@host/?token=s3cret')
  const { resolvedYaml } = await load(text)
  expect(resolvedYaml).not.toMatch(/hunter2|s3cret/)
  const errors = await errorsOf(text.replace('experiment: shoes', 'experiments: shoes'), {
    set: ['name=https://me:hunter2@host/'],
  })
  expect(errors.length).toBe(2)
  expect(
    renderErrors(errors, { color: false }) + JSON.stringify(errors.map((e) => ({ ...e, message: e.message }))),
  ).not.toMatch(/hunter2|s3cret/)
})

it('it tracks nowhere when the address depends on a variable that is not set or empty', async () => {
  expect((await load(worked)).track).toEqual({})
  expect((await load(worked, { env: { MLFLOW_TRACKING_URI: '' } })).track).toEqual({})
})

it('it takes the fallback of a variable that is not set', async () => {
  const text = worked.replace(`\${env:MLFLOW_TRACKING_URI}`, `\${env:SERVER:-http://127.0.0.1:5000}`)
  expect((await load(text)).track.mlflow?.uri).toBe('http://127.0.0.1:5000')
  expect((await load(text, { env: { SERVER: 'http://other' } })).track.mlflow?.uri).toBe('http://other')
})

it('it tracks to MLFLOW_TRACKING_URI when the file says nothing', async () => {
  const text = worked.replace(/track:[\s\S]*/, '')
  expect((await load(text)).track).toEqual({})
  expect((await load(text, { env: { MLFLOW_TRACKING_URI: ' ' } })).track).toEqual({})
  const env = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:5000' }
  expect((await load(text, { env })).track.mlflow).toEqual({ uri: env.MLFLOW_TRACKING_URI, experiment: 'shoes' })
})

it('it replaces the stage, its wiring and whole maps with --set', async () => {
  const { stages } = await load(worked, {
    set: [
      'stages.split.uses=split/pair',
      'stages.model.from.dataset=split.left',
      'stages.transform.from.dataset=split.right',
      'stages.train.with={ epochs: 1, shuffle: false }',
    ],
  })
  const by = Object.fromEntries(stages.map((stage) => [stage.id, stage]))
  expect(by.model?.inputs).toEqual({ dataset: [{ stage: 'split', port: 'left' }] })
  expect(by.train?.params).toMatchObject({ epochs: 1, shuffle: false })
})

it('it applies sets in order, the last one winning', async () => {
  const params = await paramsOf(worked, { set: ['stages.train.with.epochs=1', 'stages.train.with.epochs=2'] })
  expect(params.train?.epochs).toBe(2)
})

it('it reads aliases as the value they stand for', async () => {
  const params = await paramsOf(
    worked.replace('epochs: 7', 'epochs: &n 7').replace(`epochs: "\${vars.epochs}"`, 'epochs: *n'),
  )
  expect(params.train?.epochs).toBe(7)
})

it('it reads numbers as YAML 1.2 does', async () => {
  const train = async (value: string) =>
    (await paramsOf(worked.replace(`"\${vars.epochs}"`, `1, learningRate: ${value}`))).train?.learningRate
  expect(await train('1e-5')).toBe(1e-5)
  expect(await train('1.0e-5')).toBe(1e-5)
  expect(await train('010')).toBe(10)
  expect(await train('0x10')).toBe(16)
})

it.each([
  ['a missing file', 'nothing.yaml', 'XP_EXPERIMENT_MISSING'],
  ['a folder', '.', 'XP_EXPERIMENT_IS_FOLDER'],
])('it says so of %s', async (_, file, code) => {
  const loading = loadExperiment(file, { registry: fakeRegistry, cwd: folder })
  await expect(loading).rejects.toMatchObject({ code, exit: 'config' })
})

it('it says where text stops being UTF-8', async () => {
  writeFileSync(join(folder, 'latin.yaml'), Buffer.concat([Buffer.from('name: é'), Buffer.from([0xe9, 0x0a])]))
  const loading = loadExperiment('latin.yaml', { registry: fakeRegistry, cwd: folder })
  await expect(loading).rejects.toMatchObject({
    code: 'XP_EXPERIMENT_NOT_UTF8',
    message: expect.stringContaining('offset 8'),
  })
})

it('it refuses a file of megabytes', async () => {
  writeFileSync(join(folder, 'large.yaml'), `# ${'x'.repeat(1 << 20)}\nname: a\n`)
  const loading = loadExperiment('large.yaml', { registry: fakeRegistry, cwd: folder })
  await expect(loading).rejects.toMatchObject({ code: 'XP_EXPERIMENT_TOO_LARGE' })
})

it('it reads a byte order mark and Windows line ends', async () => {
  const { stages } = await load(`\ufeff${worked.replaceAll('\n', '\r\n')}`)
  expect(stages.length).toBe(8)
  const [error] = await errorsOf(worked.replace(`epochs: "\${vars.epochs}"`, 'epoch: 1').replaceAll('\n', '\r\n'))
  expect(error?.where?.excerpt?.split('\n')[1]).toBe('13 |     with: { epoch: 1 }')
})

it('it does not let reserved keys reach any object', async () => {
  const errors = await errorsOf(worked, { set: ['stages.train.with={ __proto__: { epochs: 1 } }'] })
  expect(errors.map(({ code }) => code)).toEqual(['XP_REFUSED_KEY'])
  expect(({} as { epochs?: number }).epochs).toBeUndefined()
})

it('it takes variables from files, values from files, and --set last', async () => {
  const file = join(folder, 'many.yaml')
  writeFileSync(file, worked)
  writeFileSync(join(folder, 'fast.yaml'), 'epochs: 2\n')
  writeFileSync(join(folder, 'faster.json'), '{ "epochs": 1 }')
  writeFileSync(join(folder, 'train.yaml'), '# three\nepochs: 3\nlearningRate: 0.5\n')
  const train = async (changes: object) => {
    const { stages } = await loadExperiment(file, { registry: fakeRegistry, env: {}, cwd: folder, ...changes })
    return stages.find(({ id }) => id === 'train')
  }
  expect((await train({ vars: ['fast.yaml'] }))?.params.epochs).toBe(2)
  expect((await train({ vars: ['fast.yaml', 'faster.json'] }))?.params.epochs).toBe(1)
  const whole = await train({ vars: ['fast.yaml'], setFile: ['stages.train.with=train.yaml'] })
  expect(whole?.params).toMatchObject({ epochs: 3, learningRate: 0.5 })
  expect(whole?.origins.get('epochs')).toEqual({ from: 'file', text: 'train.yaml:2:9' })
  const changes = { setFile: ['stages.train.with=train.yaml'], set: ['stages.train.with.epochs=9'] }
  expect((await train(changes))?.params.epochs).toBe(9)
})
