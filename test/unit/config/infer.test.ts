import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { temporaryFolder } from '../runner/temporary.ts'
import { fakeRegistry } from './fake-registry.ts'

const load = (text: string) => {
  const file = join(temporaryFolder(), 'experiment.yaml')
  writeFileSync(file, text)
  return loadExperiment(file, { registry: fakeRegistry, env: {} })
}
const stages = async (text: string) =>
  Object.fromEntries((await load(text)).stages.map(({ id, inputs }) => [id, inputs]))
const codes = (text: string) =>
  load(text).then(
    () => [],
    (thrown) => expectedErrors(thrown).map(({ code }) => code),
  )

const chain = `name: shoes
stages:
  load: { uses: load/imagefolder, with: { root: data } }
  split: { uses: split/stratified }
`
const rest = `  model: { uses: model/pretrained, from: split, with: { weights: vit } }
  transform: { uses: transform/image-processor, from: split }
`

it('takes what a stage needs from the one other stage that makes it, and says so', async () => {
  const experiment = await load(`${chain}${rest}  train: { uses: train/supervised, with: { epochs: 3 } }\n`)
  const inputs = Object.fromEntries(experiment.stages.map((stage) => [stage.id, stage.inputs]))
  expect(inputs.split).toEqual({ dataset: [{ stage: 'load', port: 'dataset', inferred: true }] })
  expect(inputs.train).toEqual({
    model: [{ stage: 'model', port: 'model', inferred: true }],
    data: [{ stage: 'transform', port: 'data', inferred: true }],
  })
  expect(inputs.model).toEqual({ dataset: [{ stage: 'split', port: 'dataset' }] })
  expect(experiment.resolvedYaml).toContain('dataset: load # inferred')
  expect(parse(experiment.resolvedYaml).stages.train.from).toEqual({ model: 'model', data: 'transform' })
})

it('completes what a short or a long from leaves open', async () => {
  const model = [{ stage: 'model', port: 'model' }]
  const data = [{ stage: 'transform', port: 'data', inferred: true }]
  for (const from of ['model', '{ model: model }']) {
    const text = `${chain}${rest}  train: { uses: train/supervised, from: ${from}, with: { epochs: 3 } }\n`
    expect((await stages(text)).train).toEqual({ model, data })
  }
})

it('chooses nothing where several stages could feed an input, and nothing that may stay open', async () => {
  // Both load and split make datasets.
  expect(await codes(`${chain}  transform: { uses: transform/image-processor }\n`)).toEqual(['XP_MISSING_INPUT'])
  const both = `${chain}${rest}  train: { uses: train/supervised, with: { epochs: 3 } }
  evaluate: { uses: evaluate/classification, from: { model: train } }
  report: { uses: report/html }\n`
  const { report, evaluate } = await stages(both)
  expect(report).toEqual({ runs: [{ stage: 'evaluate', port: 'evaluation', inferred: true }] })
  expect(evaluate?.model).toEqual([{ stage: 'train', port: 'model' }])
})

it('does not count what is written to wait for the stage', async () => {
  const text = `name: shoes
stages:
  load: { uses: load/imagefolder, with: { root: data } }
  renamed: { uses: split/stratified }
  split: { uses: split/stratified, from: renamed }
  again: { uses: split/stratified, from: split }
`
  expect((await stages(text)).renamed).toEqual({ dataset: [{ stage: 'load', port: 'dataset', inferred: true }] })
})

it('does not count a stage that is left out', async () => {
  const other = '  other: { uses: load/imagefolder, when: false, with: { root: other } }\n'
  expect((await stages(chain + other)).split).toEqual({ dataset: [{ stage: 'load', port: 'dataset', inferred: true }] })
  expect(await codes(chain + other.replace('when: false', 'when: true'))).toEqual(['XP_MISSING_INPUT'])
})

it('leaves mistakes to be told as what they are', async () => {
  expect(await codes(`${chain.replace('split/stratified }', 'split/stratified, form: load }')}`)).toEqual([
    'XP_UNKNOWN_KEY',
  ])
  expect(await codes('name: x\nstages:\n  split: { uses: split/stratified }\n')).toEqual(['XP_MISSING_INPUT'])
  expect(await codes('name: x\nstages: 3\n')).toEqual(['XP_WRONG_TYPE'])
})

it('sees the copies that a matrix makes only as the stage that they come from', async () => {
  const text = `${chain}${rest}  train: { uses: train/supervised, with: { epochs: 3 }, matrix: { epochs: [1, 2] } }
  evaluate: { uses: evaluate/classification, from: { model: train } }\n`
  expect(Object.keys(await stages(text))).toEqual([
    ...['load', 'split', 'model', 'transform', 'train-1', 'train-2', 'evaluate-1', 'evaluate-2'],
  ])
})
