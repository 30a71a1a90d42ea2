import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dataset } from '../../../src/artifacts/dataset.ts'
import type { Evaluation } from '../../../src/artifacts/evaluation.ts'
import { type Model, readModelWeights, readProvenance } from '../../../src/artifacts/model.ts'
import type { ProcessedImages } from '../../../src/artifacts/processed-images.ts'
import type { TrainingHistory } from '../../../src/artifacts/training-history.ts'
import type { AnyStage } from '../../../src/registry/stage.ts'
import evaluateStage from '../../../src/stages/evaluate/classification.ts'
import trainStage from '../../../src/stages/train/supervised.ts'
import { digestOf } from '../training/toy.ts'
import { type DrawnTraining, drawTraining } from './drawn-training.ts'

let drawn: DrawnTraining
let dataset: Dataset
let model: Model
let data: ProcessedImages
let run: DrawnTraining['run']

type Trained = { model: Model; history: TrainingHistory }
const trainParams = { epochs: 6, batchSize: 8, learningRate: 2e-3, schedule: 'one-cycle', workers: 1 }
const evaluatePart = (of: Model, part: string, images = data) =>
  run<{ evaluation: Evaluation }>(evaluateStage, { part, workers: 1 }, { model: of, data: images })

beforeAll(async () => {
  drawn = await drawTraining()
  ;({ dataset, model, data, run } = drawn)
})
afterAll(() => drawn.dispose())

it('trains to well above chance, and the evaluations before and after say so', async () => {
  const before = await evaluatePart(model, 'test')
  const trained = await run<Trained>(trainStage, trainParams, { model, data })
  const after = await evaluatePart(trained.model, 'test')

  expect(before.evaluation.loss).toBeGreaterThan(1)
  expect(before.evaluation.accuracy).toBeLessThan(0.6)
  expect(after.evaluation.accuracy).toBeGreaterThan(0.6)
  expect(after.evaluation.loss).toBeLessThan(before.evaluation.loss)

  const { history, told } = trained
  expect(history.epochs).toHaveLength(6)
  expect(history.bestMetric).toBe('loss')
  const best = history.epochs[history.bestEpoch - 1]
  expect(best?.validationLoss).toBe(Math.min(...history.epochs.map((row) => row.validationLoss ?? 0)))
  expect(told.warnings).toEqual([])
  const counted = (name: string) => told.metrics.filter((m) => m.name === name).length
  const names = [...new Set(told.metrics.map((m) => m.name))].sort()
  expect(names.map((name) => [name, counted(name)])).toEqual([
    ['train/grad_norm', 66],
    ['train/images_per_second', 6],
    ['train/learning_rate', 66],
    ['train/loss', 66],
    ['validation/accuracy', 6],
    ['validation/f1', 6],
    ['validation/loss', 6],
    ['validation/precision', 6],
    ['validation/recall', 6],
  ])
  expect(told.progress).toContain('504/504 images')

  expect(await readProvenance(trained.model.dir)).toEqual({
    trainedSteps: best?.step,
    trainedEpochs: best?.epoch,
    initialisedFrom: 'scratch',
  })
  const config = async (of: Model) => JSON.parse(await readFile(join(of.dir, 'config.json'), 'utf8'))
  expect(await config(trained.model)).toEqual(await config(model))
  expect((await readdir(trained.model.dir)).sort()).toEqual((await readdir(model.dir)).sort())

  const again = await run<{ evaluation: Evaluation }>(
    evaluateStage,
    { part: 'validation', workers: 1 },
    {
      model: trained.model,
      data,
    },
  )
  expect(again.evaluation.loss).toBeCloseTo(best?.validationLoss ?? 0, 6)
  expect(again.evaluation.accuracy).toBe(best?.validationAccuracy)
  expect(again.told.metrics.map((m) => m.name)).toEqual(
    ['loss', 'accuracy', 'f1', 'precision', 'recall', 'runtime', 'samples_per_second', 'steps_per_second'].map(
      (name) => `validation/${name}`,
    ),
  )
  expect(again.told.metrics.every((m) => m.step === best?.step)).toBe(true)
})

it('names every prediction by its file, in the order of the part', async () => {
  const { evaluation } = await evaluatePart(model, 'test')
  expect(evaluation.predictions.map((p) => p.file)).toEqual(dataset.parts.test?.map((e) => e.file))
  expect(evaluation.predictions.map((p) => p.actual)).toEqual(dataset.parts.test?.map((e) => e.label))
  expect(evaluation.confusion.flat().reduce((a, b) => a + b)).toBe(24)
})

it('ends with the same bits after an interruption in the middle of an epoch', async () => {
  const params = { ...trainParams, epochs: 2 }
  const undisturbed = await run<Trained>(trainStage, params, { model, data }, { scratch: 'undisturbed' })
  const controller = new AbortController()
  const onMetric = (name: string, step: number) => {
    if (name === 'train/loss' && step === 15) controller.abort(new Error('stop'))
  }
  const options = { scratch: 'interrupted', signal: controller.signal, onMetric }
  await expect(run(trainStage, params, { model, data }, options)).rejects.toThrow('stop')
  const resumed = await run<Trained>(trainStage, params, { model, data }, { scratch: 'interrupted' })
  expect(digestOf(await readModelWeights(resumed.model.dir))).toBe(
    digestOf(await readModelWeights(undisturbed.model.dir)),
  )
  expect(resumed.history).toEqual(undisturbed.history)
})

it('trains without validation when there is no such part, and says so', async () => {
  const params = { ...trainParams, epochs: 1, validationPart: 'holdout' }
  const { history, told } = await run<Trained>(trainStage, params, { model, data }, { scratch: 'no-validation' })
  expect(history).toMatchObject({ bestEpoch: 1, bestMetric: 'last' })
  expect(told.warnings).toEqual([
    'no images in a part "holdout" (parts: train, validation, test, empty): the last epoch\'s weights are answered',
  ])
  await expect(run(trainStage, { ...params, bestBy: 'f1' }, { model, data })).rejects.toMatchObject({
    code: 'XP_NO_VALIDATION',
    exit: 'data',
  })
})

it('refuses what cannot work, naming both sides', async () => {
  const with_ = (changes: Partial<ProcessedImages>) => ({ model, data: { ...data, ...changes } })
  const swapped = with_({ dataset: { ...dataset, classes: ['boot', 'shoe', 'sandal'] } })
  for (const stage of [trainStage, evaluateStage] as AnyStage[]) {
    await expect(run(stage, {}, swapped)).rejects.toMatchObject({
      code: 'XP_CLASSES_DIFFER',
      exit: 'data',
      message: "the dataset's classes (3: boot, shoe, sandal) are not the model's labels (3: boot, sandal, shoe)",
    })
    const size = { height: 61, width: 61 }
    const larger = with_({ processor: { ...data.processor, size, doCenterCrop: false } })
    await expect(run(stage, {}, larger)).rejects.toMatchObject({ code: 'XP_PATCHES_DO_NOT_FIT', exit: 'data' })
  }
  await expect(run(trainStage, { trainPart: 'empty' }, { model, data })).rejects.toMatchObject({
    code: 'XP_PART_WITHOUT_IMAGES',
  })
  await expect(evaluatePart(model, 'tset')).rejects.toMatchObject({
    code: 'XP_UNKNOWN_PART',
    exit: 'data',
    message: 'part: the dataset has no part "tset"; its parts are train, validation, test, empty',
    hint: 'did you mean "test"?',
  })
})

it('refuses two warm-ups, and one beside one-cycle, before any work', async () => {
  const check = (given: object) =>
    trainStage.check?.({
      params: Value.Default(trainStage.params, given),
      sources: {},
      foreseen: {},
      engine: {},
    } as never)
  await expect(check({ warmupSteps: 3, warmupRatio: 0.1 })).rejects.toMatchObject({ exit: 'config' })
  await expect(check({ schedule: 'one-cycle', warmupSteps: 3 })).rejects.toThrow('warmupSteps does not go with')
  await expect(check({ schedule: 'one-cycle', warmupRatio: 0.3 })).rejects.toThrow('warmupRatio does not go with')
  await expect(check({ schedule: 'cosine', warmupRatio: 0.3 })).resolves.toEqual({ model: {} })
})
