import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { temporaryFolder } from '../runner/temporary.ts'
import { fakeRegistry } from './fake-registry.ts'

let dir: string
beforeEach(() => {
  dir = temporaryFolder()
})

const body = (train: string, model = '') => `name: shoes
vars: { rates: [1.0e-4, 3.0e-4] }
stages:
  load: { uses: load/imagefolder, with: { root: data } }
  split: { uses: split/stratified, from: load }
  model: { uses: model/pretrained, from: split, with: { weights: vit }${model} }
  transform: { uses: transform/image-processor, from: split }
  train: { uses: train/supervised, from: { model: model, data: transform }, with: { epochs: 3 }, ${train} }
  before: { uses: evaluate/classification, from: { model: model, data: transform } }
  after: { uses: evaluate/classification, from: { model: train, data: transform } }
  report: { uses: report/html, from: { runs: [before, after] } }
`

async function load(text: string, set: string[] = []) {
  writeFileSync(join(dir, 'shoes.yaml'), text)
  const experiment = await loadExperiment('shoes.yaml', { registry: fakeRegistry, cwd: dir, env: {}, set })
  return new Map(experiment.stages.map((stage) => [stage.id, stage]))
}
const failure = async (text: string, set: string[] = []) => {
  const thrown = await load(text, set).then(
    () => undefined,
    (error: unknown) => error,
  )
  return expectedErrors(thrown).map(({ code, message }) => `${code}: ${message}`)
}
const idsOf = (stages: ReadonlyMap<string, unknown>) => [...stages.keys()].sort()

it('a stage, and what depends on it, is there once for each combination; what comes before is shared', async () => {
  const stages = await load(body('matrix: { learningRate: [1.0e-4, 3.0e-4], epochs: [1, 2] }'))
  expect(idsOf(stages).filter((id) => /^(train|after)/.test(id))).toEqual([
    'after-1-0e-4-1',
    'after-1-0e-4-2',
    'after-3-0e-4-1',
    'after-3-0e-4-2',
    'train-1-0e-4-1',
    'train-1-0e-4-2',
    'train-3-0e-4-1',
    'train-3-0e-4-2',
  ])
  expect(stages.get('train-3-0e-4-1')?.params).toMatchObject({ learningRate: 3e-4, epochs: 1 })
  expect(stages.get('train-3-0e-4-1')?.inputs.model).toEqual([{ stage: 'model', port: 'model' }])
  expect(stages.get('after-3-0e-4-1')?.inputs.model?.[0]?.stage).toBe('train-3-0e-4-1')
  expect(stages.get('after-3-0e-4-1')?.cell).toEqual({
    of: 'after',
    values: { 'train.learningRate': 3e-4, 'train.epochs': 1 },
  })
  expect(stages.get('before')?.cell).toBeUndefined()
  expect(stages.get('report')?.inputs.runs?.map(({ stage }) => stage)).toEqual([
    'before',
    'after-1-0e-4-1',
    'after-1-0e-4-2',
    'after-3-0e-4-1',
    'after-3-0e-4-2',
  ])
})

it('takes values from variables, and from --set', async () => {
  const text = body(`matrix: { learningRate: "\${vars.rates}" }`)
  expect(idsOf(await load(text)).filter((id) => id.startsWith('train'))).toEqual(['train-1-0e-4', 'train-3-0e-4'])
  const set = ['vars.rates=[0.01]']
  expect((await load(text, set)).get('train-0-01')?.params.learningRate).toBe(0.01)
  expect([...(await load(text, ['stages.train.matrix.learningRate=[0.5]'])).keys()]).toContain('train-0-5')
})

it('matrices of several stages multiply', async () => {
  const stages = await load(body('matrix: { epochs: [1, 2] }', ', matrix: { weights: [vit, swin] }'))
  expect(idsOf(stages).filter((id) => /^(model|before)/.test(id))).toEqual([
    'before-swin',
    'before-vit',
    'model-swin',
    'model-vit',
  ])
  const after = stages.get('after-vit-2')
  expect(after?.inputs.model?.[0]?.stage).toBe('train-vit-2')
  expect(stages.get('train-vit-2')?.inputs.model?.[0]?.stage).toBe('model-vit')
  expect(after?.cell?.values).toEqual({ 'model.weights': 'vit', 'train.epochs': 2 })
  expect(stages.get('report')?.inputs.runs).toHaveLength(2 + 4)
})

it('values that read alike are numbered', async () => {
  const stages = await load(body('', ', matrix: { weights: [a/b, a_b, "../x"] }').replace(', ,', ','))
  expect(idsOf(stages).filter((id) => id.startsWith('model'))).toEqual(['model-a-b', 'model-a-b-2', 'model-x'])
})

it('says what is wrong with it', async () => {
  expect(await failure(body('matrix: 3'))).toEqual(['XP_WRONG_TYPE: stages.train.matrix: expected a map, found 3'])
  expect(await failure(body('matrix: { epochs: 3 }'))).toEqual([
    'XP_BAD_MATRIX: stages.train.matrix.epochs: expected a list of values, found 3',
  ])
  expect(await failure(body('matrix: { epochs: [1, 0] }'))).toEqual([
    'XP_WRONG_VALUE: stages.train-0.with.epochs: expected a whole number ≥ 1, found 0',
  ])
  expect((await failure(body('matrix: { epoch: [1] }')))[0]).toContain('unknown key "epoch" in stages.train-1.with')
  const many = `[${Array.from({ length: 30 }, (_, i) => i + 1)}]`
  expect(await failure(body(`matrix: { epochs: ${many}, batchSize: ${many} }`))).toEqual([
    'XP_MATRIX_TOO_LARGE: the matrix makes 900 stages, more than 500',
  ])
})
