import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Evaluation } from '../../../src/artifacts/evaluation.ts'
import type { Features } from '../../../src/artifacts/features.ts'
import { type Model, readModelWeights } from '../../../src/artifacts/model.ts'
import type { ProcessedImages } from '../../../src/artifacts/processed-images.ts'
import type { TrainingCheckpoints } from '../../../src/artifacts/training-checkpoints.ts'
import type { TrainingHistory } from '../../../src/artifacts/training-history.ts'
import evaluateStage from '../../../src/stages/evaluate/classification.ts'
import backboneStage from '../../../src/stages/features/backbone.ts'
import headStage from '../../../src/stages/train/head.ts'
import trainStage from '../../../src/stages/train/supervised.ts'
import { createTfjsEngine } from '../../../src/training/engines/tfjs-engine.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { digestOf } from '../training/toy.ts'
import { type DrawnTraining, drawTraining, type Told } from './drawn-training.ts'

interface Trained {
  readonly model: Model
  readonly history: TrainingHistory
  readonly checkpoints: TrainingCheckpoints
}

let drawn: DrawnTraining
let plain: ProcessedImages
beforeAll(async () => {
  drawn = await drawTraining()
  plain = { ...drawn.data, augmentation: { horizontalFlip: 0 } }
})
afterAll(() => drawn.dispose())

const params = { epochs: 2, batchSize: 8, learningRate: 1e-2, schedule: 'constant' }

let runs = 0
const train = (changes: Record<string, unknown>, options = {}) =>
  drawn.run<Trained>(
    trainStage,
    { ...params, workers: 1, ...changes },
    { model: drawn.model, data: plain },
    { scratch: `train-${runs++}`, ...options },
  )
const losses = ({ metrics }: Told) => metrics.filter(({ name }) => name === 'train/loss').map(({ value }) => value)
const digestOfModel = async ({ dir }: Model) => digestOf(await readModelWeights(dir))
const features = (changes = {}) =>
  drawn.run<{ features: Features }>(backboneStage, { workers: 1, ...changes }, { model: drawn.model, data: plain })

it('runs the backbone once: a row per image, for the parts that are there', async () => {
  const { features: made, told } = await features({ parts: ['train', 'validation', 'holdout'] })
  expect(made.dimension).toBe(32)
  expect(Object.keys(made.parts)).toEqual(['train', 'validation'])
  expect(made.parts.train?.files).toEqual(drawn.dataset.parts.train?.map(({ file }) => file))
  expect(made.parts.train?.values).toHaveLength(84 * 32)
  expect(told.progress.at(-1)).toBe('96/96 images')
  await expect(features({ parts: ['holdout'] })).rejects.toMatchObject({ code: 'XP_UNKNOWN_PART' })
})

for (const name of ['onnx', 'tfjs']) {
  it(`it trains the head on cached features as with a frozen backbone, on the ${name} engine`, async () => {
    const options = name === 'onnx' ? {} : { engine: await createTfjsEngine() }
    const { features: cached } = await features()
    const inputs = { model: drawn.model, features: cached }
    const head = await drawn.run<Trained>(headStage, params, inputs, { ...options, scratch: `head-${name}` })
    const whole = await train({ freeze: 'backbone' }, options)
    expect(losses(head.told)).toHaveLength(22)
    expect(excess(losses(head.told), losses(whole.told), tolerances.trainingStep)).toBeLessThanOrEqual(1)
    const [before, ours, theirs] = await Promise.all(
      [drawn.model, head.model, whole.model].map((m) => readModelWeights(m.dir)),
    )
    let [frozen, moved] = [0, 0]
    for (const [parameter, value] of ours ?? []) {
      const same = Buffer.compare(bytesOf(value), bytesOf(before?.get(parameter))) === 0
      if (parameter.startsWith('classifier.')) {
        expect(same, parameter).toBe(false)
        moved++
      } else {
        expect(same, parameter).toBe(true)
        expect(Buffer.compare(bytesOf(value), bytesOf(theirs?.get(parameter)))).toBe(0)
        frozen++
      }
      expect(excess(value, theirs?.get(parameter) ?? [], tolerances.logits)).toBeLessThanOrEqual(1)
    }
    expect([frozen, moved]).toEqual([22, 2])

    const scored = await drawn.run<{ evaluation: Evaluation }>(
      evaluateStage,
      { part: 'validation', workers: 1 },
      { model: head.model, data: plain },
    )
    const best = head.history.epochs.find(({ epoch }) => epoch === head.history.bestEpoch)
    expect(scored.evaluation.loss).toBeCloseTo(best?.validationLoss ?? 0, 4)
    await options.engine?.dispose()
  })
}

const bytesOf = (values: Float32Array | undefined) =>
  Buffer.from(values?.buffer ?? new ArrayBuffer(0), values?.byteOffset, values?.byteLength)

it('refuses features of another model', async () => {
  const { features: cached } = await features()
  const { model } = await train({ epochs: 1 })
  await expect(drawn.run(headStage, params, { model, features: cached })).rejects.toMatchObject({
    code: 'XP_FEATURES_OF_ANOTHER_MODEL',
    exit: 'data',
  })
})

/** What the runner answers for a training of `epochs` in the store. */
const inStore = ({ checkpoints }: Trained, epochs: number) => [
  { value: epochs, outputs: async () => ({ checkpoints: { ...checkpoints } }) as never },
]

for (const epochs of [1, 2]) {
  it(`it goes on from a training of ${epochs} epochs to the bits of one of 4 in one go`, async () => {
    const changes = { warmupSteps: 3, emaDecay: 0.9, bestBy: 'accuracy' }
    const straight = await train({ ...changes, epochs: 4 })
    const short = await train({ ...changes, epochs })
    const continued = await train({ ...changes, epochs: 4 }, { earlier: inStore(short, epochs) })
    const trainedNow = continued.told.progress.filter((line) => line.endsWith('/336 images'))
    expect(trainedNow).toHaveLength(11 * (4 - epochs))
    expect(await digestOfModel(continued.model)).toBe(await digestOfModel(straight.model))
    expect(continued.history).toEqual(straight.history)
    expect(losses(continued.told)).toEqual(losses(straight.told))
    expect(continued.told.warnings).toEqual([])
  })
}

it('starts afresh where the schedule depends on the number of epochs, and says so', async () => {
  const short = await train({ schedule: 'linear', epochs: 1 })
  expect(short.checkpoints.names).toEqual([])
  const straight = await train({ schedule: 'linear' })
  const again = await train({ schedule: 'linear' }, { earlier: inStore(short, 1) })
  expect(again.told.warnings).toEqual([
    'starts afresh, not from the training of 1 epochs in the store: the schedule linear depends on the number of epochs (constant does not)',
  ])
  expect(await digestOfModel(again.model)).toBe(await digestOfModel(straight.model))
  const ratio = await train({ warmupRatio: 0.2 }, { earlier: inStore(short, 1) })
  expect(ratio.told.warnings[0]).toContain('warmupRatio depends on the number of epochs')
})

it('does not take the checkpoints of other settings for its own', async () => {
  const short = await train({ learningRate: 1e-3, epochs: 1 })
  const continued = await train({}, { earlier: inStore(short, 1) })
  const straight = await train({})
  expect(continued.told.warnings.some((line) => line.includes('it belongs to a training with other settings'))).toBe(
    true,
  )
  expect(await digestOfModel(continued.model)).toBe(await digestOfModel(straight.model))
})

it('goes on from a longer one of its own scratch rather than the store', async () => {
  const short = await train({ epochs: 1 })
  const begun = join(drawn.dir, 'begun')
  for (const name of await readdir(short.checkpoints.dir))
    await cp(join(short.checkpoints.dir, name), join(begun, 'checkpoints', name), { recursive: true })
  const never = [{ value: 1, outputs: () => Promise.reject(new Error('not needed')) }]
  const { told } = await train({}, { scratch: 'begun', earlier: never })
  expect(told.progress.filter((line) => line.endsWith('/168 images'))).toHaveLength(11)
})

const variants: Record<string, Record<string, unknown>> = {
  'SGD with momentum': { optimizer: 'sgd', momentum: 0.9, nesterov: true },
  Adam: { optimizer: 'adam', weightDecay: 0.01 },
  accumulation: { gradientAccumulation: 4 },
  'label smoothing': { labelSmoothing: 0.1 },
  'balanced classes': { classWeights: 'balanced' },
  'weighted classes': { classWeights: { boot: 3 } },
  'mixup and cutmix': { mixup: 0.8, cutmix: 1 },
  'a moving average': { emaDecay: 0.5 },
  'layer decay': { layerDecay: 0.5 },
  'frozen layers': { freeze: 0 },
  'low-rank adaptation': { lora: { rank: 2, alpha: 4, targets: ['query', 'value'] } },
  'low memory': { memory: 'low' },
}
for (const [what, changes] of Object.entries(variants)) {
  it(`it trains and resumes to the same bits with ${what}`, async () => {
    const scratch = `variant ${what}`
    const straight = await train({ ...changes, epochs: 2 })
    const rows = straight.history.epochs
    expect(Math.min(...rows.map((row) => row.trainLoss))).toBeLessThan(what.includes('mix') ? 1.2 : 1.1)
    const controller = new AbortController()
    const onMetric = (_: string, step: number) => {
      if (step === 2) controller.abort(new Error('stop'))
    }
    await expect(train({ ...changes, epochs: 2 }, { scratch, signal: controller.signal, onMetric })).rejects.toThrow(
      'stop',
    )
    const resumed = await train({ ...changes, epochs: 2 }, { scratch })
    expect(await digestOfModel(resumed.model)).toBe(await digestOfModel(straight.model))
    expect(resumed.history).toEqual(straight.history)
    const names = [...(await readModelWeights(straight.model.dir)).keys()]
    expect(names).toEqual([...(await readModelWeights(drawn.model.dir)).keys()])
  })
}

it('trains only what lora adds and the head, and answers the layers with it merged in', async () => {
  const { model } = await train({ lora: { rank: 2, alpha: 4, targets: ['query'] } })
  const [before, after] = await Promise.all([drawn.model, model].map(({ dir }) => readModelWeights(dir)))
  const moved = [...(after ?? [])].filter(
    ([name, value]) => Buffer.compare(bytesOf(value), bytesOf(before?.get(name))) !== 0,
  )
  expect(moved.map(([name]) => name).sort()).toEqual([
    'classifier.bias',
    'classifier.weight',
    'vit.encoder.layer.0.attention.attention.query.weight',
  ])
})

it('refuses params that contradict each other or would do nothing', async () => {
  const refused = (changes: Record<string, unknown>) => expect(train(changes)).rejects
  await refused({ momentum: 0.9 }).toThrow('momentum has no effect without optimizer: sgd')
  await refused({ nesterov: true }).toThrow('nesterov has no effect without optimizer: sgd')
  await refused({ optimizer: 'sgd', nesterov: true }).toThrow('nesterov needs a momentum above 0')
  await refused({ schedulePower: 2 }).toThrow('schedulePower has no effect without schedule: polynomial')
  await refused({ freeze: 'backbone', lora: {} }).toThrow('freeze and lora are both given')
  await refused({ classWeights: [1, 2] }).toThrow('classWeights lists 2 numbers for 3 classes')
  await refused({ classWeights: { boots: 2 } }).toMatchObject({ hint: 'did you mean "boot"?' })
  const unvalidated = { validationPart: 'holdout' }
  await refused({ ...unvalidated, evalSteps: 3 }).toMatchObject({ code: 'XP_NO_VALIDATION' })
  await refused({ ...unvalidated, earlyStopping: {} }).toMatchObject({ code: 'XP_NO_VALIDATION' })
})
