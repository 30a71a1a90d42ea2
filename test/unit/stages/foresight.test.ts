import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { writeSampleImages } from '../../../src/images/shapes.ts'
import { createRegistry } from '../../../src/registry/registry.ts'
import { prepare } from '../../../src/runner/prepare.ts'
import { openStore } from '../../../src/runner/store.ts'
import { stages } from '../../../src/stages/index.ts'
import { foreseeMemory } from '../../../src/training/foresee.ts'
import { temporaryFolder } from '../runner/temporary.ts'

const small = 'imageSize: 16, patchSize: 8, hiddenSize: 16, layers: 1, heads: 2'
const before = `name: known-before
stages:
  load: { uses: load/sample, with: { perClass: 5, size: 16 } }
  split: { uses: split/stratified, from: load, with: { train: 0.6, test: 0.4 } }
  model: { uses: model/vit, from: split, with: { ${small} } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
`

/** What is found wrong before any stage starts, with the line and column of each. */
async function problems(text: string) {
  const dir = temporaryFolder()
  const file = join(dir, 'experiment.yaml')
  writeFileSync(file, text)
  const experiment = await loadExperiment(file, { registry: createRegistry(stages), env: {} })
  const facts = { engine: 'onnx', provider: 'cpu' }
  try {
    await prepare(experiment, await openStore(join(dir, '.xp')), { engineFacts: async () => facts })
    return []
  } catch (thrown) {
    return expectedErrors(thrown).map(({ code, where }) => [code, where?.line, where?.column])
  }
}

it('finds nothing wrong with an experiment that is right', async () => {
  const text = `  train: { uses: train/supervised, from: { model: model, data: transform }, with: { epochs: 1 } }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform } }
  features: { uses: features/backbone, from: { model: model, data: transform } }
  head: { uses: train/head, from: { model: model, features: features }, with: { epochs: 1 } }
`
  expect(await problems(before + text)).toEqual([])
})

it('finds parts that no split makes, at the param that names them, before any training', async () => {
  const text = `  train: { uses: train/supervised, from: { model: model, data: transform }, with: { epochs: 1, trainPart: trian } }
  evaluate: { uses: evaluate/classification, from: { model: model, data: transform }, with: { part: validation } }
  features: { uses: features/backbone, from: { model: model, data: transform }, with: { parts: [validation] } }
  given: { uses: features/backbone, from: { model: model, data: transform } }
  head: { uses: train/head, from: { model: model, features: given }, with: { epochs: 1, trainPart: test } }
`
  expect(await problems(before + text)).toEqual([
    ['XP_UNKNOWN_PART', 7, 107],
    ['XP_UNKNOWN_PART', 8, 101],
    ['XP_UNKNOWN_PART', 9, 96],
    ['XP_UNKNOWN_PART', 11, 100],
  ])
})

it('finds what splits cannot split, and follows what they leave', async () => {
  const again = (rest: string) =>
    problems(`${before}  again: { uses: split/kfold, from: split${rest} }
  more: { uses: transform/image-processor, from: { dataset: again, model: model } }
  evaluate: { uses: evaluate/classification, from: { model: model, data: more }, with: { part: validation } }
`)
  expect((await again('')).map(([code]) => code)).toEqual(['XP_ALREADY_SPLIT'])
  expect((await again(', with: { of: tset }')).map(([code]) => code)).toEqual(['XP_NO_SUCH_PART'])
  expect(await again(', with: { of: test }')).toEqual([['XP_PART_TWICE', 7, 3]])
  expect(await again(', with: { of: train }')).toEqual([])
})

it('finds a model of other classes than the data, and a head for other labels', async () => {
  const images = join(temporaryFolder(), 'images')
  await writeSampleImages(images, { seed: 1, perClass: 2, size: 16 })
  const two = `  two: { uses: load/imagefolder, with: { root: ${images}, labels: [boot, shoe] } }
  other: { uses: model/vit, from: two, with: { ${small} } }
  evaluate: { uses: evaluate/classification, from: { model: other, data: transform } }
`
  expect(await problems(before + two)).toEqual([['XP_CLASSES_DIFFER', 9, 3]])
  const checkpoint = join(import.meta.dirname, '../../goldens/vit-tiny')
  const kept = (dataset: string) =>
    problems(`${before}  two: { uses: load/imagefolder, with: { root: ${images}, labels: [boot, shoe] } }
  kept: { uses: model/pretrained, from: ${dataset}, with: { weights: ${checkpoint}, head: keep } }
`)
  expect(await kept('split')).toEqual([])
  expect(await kept('two')).toEqual([['XP_HEAD_LABEL_MISMATCH', 8, 3]])
})

it('finds a training that no memory holds', () => {
  const tiny = { parameters: 1000 }
  const huge = { parameters: 1e12 }
  expect(() => foreseeMemory(tiny, { provider: 'cpu' })).not.toThrow()
  expect(() => foreseeMemory(huge, { provider: 'cuda' })).not.toThrow()
  expect(() => foreseeMemory({}, { provider: 'cpu' })).not.toThrow()
  expect(() => foreseeMemory(huge, { provider: 'cpu' })).toThrow('of 1000000 million parameters take 16000.0 GB')
})
