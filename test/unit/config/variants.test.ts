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

const body = `name: shoes
vars: { scored: true, epochs: 3 }
variants:
  quick: { vars: { epochs: 1, scored: false }, engine: tfjs }
  careful: { stages: { split: { with: { test: 0.3 } } }, seed: 7 }
stages:
  load: { uses: load/imagefolder, with: { root: data } }
  split: { uses: split/stratified, from: load }
  model: { uses: model/pretrained, from: split, with: { weights: vit } }
  transform: { uses: transform/image-processor, from: split }
  train:
    uses: train/supervised
    from: { model: model, data: transform }
    with: { epochs: "\${vars.epochs}" }
  before: { uses: evaluate/classification, from: { model: model, data: transform }, when: "\${vars.scored}" }
  after: { uses: evaluate/classification, from: { model: train, data: transform } }
  report: { uses: report/html, from: { runs: [before, after] } }
`

async function load({
  text = body,
  variant = [],
  set = [],
}: {
  text?: string
  variant?: string[]
  set?: string[]
} = {}) {
  writeFileSync(join(dir, 'shoes.yaml'), text)
  const experiment = await loadExperiment('shoes.yaml', { registry: fakeRegistry, cwd: dir, env: {}, variant, set })
  const stage = (id: string) => experiment.stages.find((each) => each.id === id)
  return { ...experiment, stage, ids: experiment.stages.map(({ id }) => id) }
}
async function failure(options: Parameters<typeof load>[0]) {
  const thrown = await load(options).then(
    () => undefined,
    (error: unknown) => error,
  )
  return expectedErrors(thrown).map(({ code, message, hint }) => [code, message, hint])
}

it('a variant is laid over the experiment; --set goes before it', async () => {
  const plain = await load()
  expect([plain.seed, plain.stage('train')?.params.epochs, plain.engine.name]).toEqual([42, 3, 'onnx'])
  const quick = await load({ variant: ['quick'] })
  expect([quick.stage('train')?.params.epochs, quick.engine.name]).toEqual([1, 'tfjs'])
  const both = await load({ variant: ['quick', 'careful'], set: ['vars.epochs=2'] })
  expect([both.seed, both.stage('train')?.params.epochs, both.stage('split')?.params.test]).toEqual([7, 2, 0.3])
})

it('a variant that is not there is named with the nearest', async () => {
  expect(await failure({ variant: ['quik'] })).toEqual([
    ['XP_UNKNOWN_VARIANT', '--variant quik: the experiment has no such variant', 'did you mean "quick"?'],
  ])
  expect(await failure({ variant: ['quick'], text: body.replace(/variants:\n.*\n.*\n/, '') })).toEqual([
    ['XP_UNKNOWN_VARIANT', '--variant quick: the experiment has no such variant', 'it has no `variants`'],
  ])
})

it('a stage with when: false takes no part, and lists do without it', async () => {
  const { ids, stage, resolvedYaml } = await load({ variant: ['quick'] })
  expect(ids).not.toContain('before')
  expect(stage('report')?.inputs.runs).toEqual([{ stage: 'after', port: expect.any(String) }])
  expect(resolvedYaml).not.toContain('before:')
  expect((await load()).ids).toContain('before')
})

it('what needs a stage that is left out says so', async () => {
  const set = ['stages.model.when=false']
  expect((await failure({ set })).map(([, message]) => message)).toEqual([
    '"model" is left out by its `when`, and "train" needs it',
    '"model" is left out by its `when`, and "before" needs it',
  ])
  expect(await failure({ set: ['stages.before.when=false', 'stages.after.when=false'] })).toMatchObject([
    ['XP_STAGE_LEFT_OUT', '"before" is left out by its `when`, and "report" needs it', expect.any(String)],
    ['XP_STAGE_LEFT_OUT', '"after" is left out by its `when`, and "report" needs it', expect.any(String)],
  ])
})

it('when is true or false', async () => {
  expect(await failure({ set: ['stages.before.when=sometimes'] })).toEqual([
    ['XP_WRONG_TYPE', 'stages.before.when: expected true or false, found the text "sometimes"', expect.any(String)],
  ])
})
