import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Example } from '../../src/artifacts/dataset.ts'
import type { HuggingFaceConfig } from '../../src/artifacts/model-config.ts'
import type { EpochRow } from '../../src/artifacts/training-history.ts'
import { createImageLoader } from '../../src/images/loader.ts'
import { parsePreprocessorConfig } from '../../src/images/preprocessor-config.ts'
import { outputSize } from '../../src/images/processor.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { layoutOf } from '../../src/nn/families.ts'
import { fitCheckpoint } from '../../src/nn/pretrained.ts'
import type { Engine, Weights } from '../../src/registry/engine.ts'
import { digestFile } from '../../src/std/hash.ts'
import { asFloat32, readSafetensors } from '../../src/std/safetensors.ts'
import { openCheckpoints } from '../../src/training/checkpoints/checkpoints.ts'
import { evaluate } from '../../src/training/loop/evaluate.ts'
import { type StepReport, fit as train } from '../../src/training/loop/fit.ts'
import { createSchedule } from '../../src/training/loop/schedules.ts'
import goldens from '../goldens/parity/runs.json' with { type: 'json' }

export type RunName = keyof typeof goldens
export const runNames = Object.keys(goldens) as RunName[]

/** What transformers' Trainer did; see `test/goldens/make_parity.py`. */
export interface GoldenRun {
  readonly family: string
  readonly arguments: {
    readonly batchSize: number
    readonly accumulation: number
    readonly learningRate: number
    readonly schedule: string
    readonly warmupSteps: number
    readonly weightDecay: number
    readonly labelSmoothing: number
  }
  /** Indices of each micro-batch. */
  readonly order: readonly (readonly number[])[]
  /** Loss, gradient norm, learning rate. */
  readonly steps: readonly (readonly [number, number, number])[]
  /** Loss, accuracy, weighted F1 after each epoch. */
  readonly validation: readonly (readonly [number, number, number])[]
  readonly logitsBefore: readonly (readonly number[])[]
  readonly logitsAfter: readonly (readonly number[])[]
}

export const goldenRun = (name: RunName): GoldenRun => goldens[name] as unknown as GoldenRun

const folder = join(import.meta.dirname, '../goldens/parity')
export const goldenFolder = (family: string): string => join(folder, family)

export const imagesFolder = join(folder, 'images')

const classes = ['boot', 'sandal', 'shoe']
const epochs = 3
const evalBatchSize = 5

export async function examplesOf(part: string, each: number): Promise<Example[]> {
  const files = classes.flatMap((name, label) =>
    Array.from({ length: each }, (_, i) => ({ file: `${part}/${name}/${String(i).padStart(2, '0')}.png`, label })),
  )
  return Promise.all(
    files.map(async ({ file, label }) => ({ file, label, sha256: await digestFile(join(imagesFolder, file)) })),
  )
}

/** A golden family's checkpoint, at the image size its processor makes. */
export async function goldenCheckpoint(family: string) {
  const read = async (name: string) => JSON.parse(await readFile(join(folder, family, name), 'utf8'))
  const config = (await read('config.json')) as HuggingFaceConfig
  const processor = parsePreprocessorConfig(await read('preprocessor_config.json'), family)
  const image = outputSize(processor)
  const classifier = classifierOf(config, { where: family, ...(image === undefined ? {} : { image }) })
  const { tensors } = await readSafetensors(join(folder, family, 'model.safetensors'))
  const { found } = fitCheckpoint(layoutOf(config, family), tensors, classes.length, 'keep', family)
  const weights = new Map([...found].map(([name, tensor]) => [name, asFloat32(tensor)]))
  return { config, processor, classifier, weights }
}

export interface OurRun {
  readonly order: readonly (readonly number[])[]
  readonly steps: readonly StepReport[]
  readonly rows: readonly EpochRow[]
  readonly logitsBefore: Float32Array
  readonly logitsAfter: Float32Array
  readonly weights: Weights
}

export type Changes = Partial<GoldenRun['arguments']>

/** The golden's training by xp: images from files, its checkpoint, its arguments with `changes` on top. */
export async function trainAsGolden(engine: Engine, name: RunName, changes: Changes = {}): Promise<OurRun> {
  const { family, arguments: given } = goldenRun(name)
  const { batchSize, accumulation, learningRate, schedule, warmupSteps, weightDecay, labelSmoothing } = {
    ...given,
    ...changes,
  }
  const { processor, classifier, weights } = await goldenCheckpoint(family)
  const [training, validation] = [await examplesOf('train', 6), await examplesOf('validation', 4)]
  const loader = createImageLoader({ root: imagesFolder, processor, workers: 1 })
  const dir = await mkdtemp(join(tmpdir(), 'xp-parity-'))
  const trainer = await engine.trainer({
    classifier,
    weights,
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
    maxGradNorm: 1,
    seed: 42,
  })
  const logitsOfValidation = async () => {
    const rows: number[] = []
    for await (const batch of loader.batches(validation, { batchSize: evalBatchSize })) {
      rows.push(...(await trainer.logits(batch)))
    }
    return Float32Array.from(rows)
  }
  try {
    const logitsBefore = await logitsOfValidation()
    const order: number[][] = []
    const steps: StepReport[] = []
    const rows: EpochRow[] = []
    const perEpoch = Math.ceil(Math.ceil(training.length / batchSize) / accumulation)
    const { weights: trained } = await train({
      trainer,
      epochs,
      batchSize,
      accumulation,
      labelSmoothing,
      exampleCount: training.length,
      classes: classes.length,
      seed: 42,
      schedule: createSchedule({
        name: schedule as 'linear',
        learningRate,
        totalSteps: perEpoch * epochs,
        warmupSteps,
      }),
      bestBy: 'last',
      checkpoints: openCheckpoints({
        dir,
        shapes: new Map([...classifier.parameters, ...classifier.buffers].map(({ name, shape }) => [name, shape])),
        spec: name,
        keep: 1,
        warn: () => {},
      }),
      signal: new AbortController().signal,
      batchesOf: (indices) => {
        for (let k = 0; k < indices.length; k += batchSize) order.push([...indices.subarray(k, k + batchSize)])
        return loader.batches(training, { batchSize, order: indices })
      },
      validate: (_, signal) =>
        evaluate({
          predictor: trainer,
          batches: loader.batches(validation, { batchSize: evalBatchSize }),
          classes: classes.length,
          signal,
        }),
      onStep: (report) => steps.push(report),
      onEpoch: (row) => rows.push(row),
      onProgress: () => {},
    })
    return { order, steps, rows, logitsBefore, logitsAfter: await logitsOfValidation(), weights: trained }
  } finally {
    await trainer.dispose()
    await loader.close()
    await rm(dir, { recursive: true })
  }
}
