import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EpochRow } from '../../src/artifacts/training-history.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import type { Batch, Engine } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { readSafetensors } from '../../src/std/safetensors.ts'
import { openCheckpoints } from '../../src/training/checkpoints/checkpoints.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { evaluate } from '../../src/training/loop/evaluate.ts'
import { type StepReport, fit as train } from '../../src/training/loop/fit.ts'
import { createSchedule } from '../../src/training/loop/schedules.ts'
import golden from '../goldens/trainer/trainer.json' with { type: 'json' }
import { excess, tolerances } from '../tolerances.ts'

const folder = join(import.meta.dirname, '../goldens/trainer')
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'xp-trainer-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function* batchesOf(part: Part, order: ArrayLike<number>, batchSize: number): AsyncGenerator<Batch> {
  const length = part.pixels.length / part.labels.length
  for (let from = 0; from < order.length; from += batchSize) {
    const indices = Array.from(order).slice(from, from + batchSize)
    const pixels = new Float32Array(indices.length * length)
    for (const [at, i] of indices.entries()) pixels.set(part.pixels.subarray(i * length, (i + 1) * length), at * length)
    yield { size: indices.length, pixels, labels: Int32Array.from(indices, (i) => part.labels[i] as number) }
  }
}
interface Part {
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

/** What our loop reports with the golden's settings, `changes` on top. */
async function trained(engine: Engine, dir: string, changes: { readonly warmupSteps?: number } = {}) {
  const classifier = classifierOf(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')))
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'))
  const { tensors: data } = await readSafetensors(join(folder, 'data.safetensors'))
  const part = (name: string): Part => ({
    pixels: data.get(`${name}.pixels`)?.data as Float32Array,
    labels: data.get(`${name}.labels`)?.data as Int32Array,
  })
  const [training, validation] = [part('train'), part('validation')]
  const exampleCount = training.labels.length
  const { epochs, batchSize, learningRate, warmupSteps, weightDecay, maxGradNorm, seed } = { ...golden, ...changes }
  const trainer = await engine.trainer({
    classifier,
    weights: new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array])),
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
    maxGradNorm,
    seed,
  })
  const order: number[][] = []
  const steps: StepReport[] = []
  const rows: EpochRow[] = []
  const totalSteps = Math.ceil(exampleCount / batchSize) * epochs
  await train({
    trainer,
    epochs,
    batchSize,
    exampleCount,
    classes: classifier.labels.length,
    seed,
    schedule: createSchedule({ name: 'linear', learningRate, totalSteps, warmupSteps }),
    bestBy: 'loss',
    checkpoints: openCheckpoints({
      dir,
      shapes: new Map(classifier.parameters.map(({ name, shape }) => [name, shape])),
      spec: 'golden',
      keep: 1,
      warn: () => {},
    }),
    signal: new AbortController().signal,
    batchesOf: (indices) => {
      for (let k = 0; k < indices.length; k += batchSize) order.push([...indices.subarray(k, k + batchSize)])
      return batchesOf(training, indices, batchSize)
    },
    validate: (_, signal) =>
      evaluate({
        predictor: trainer,
        batches: batchesOf(validation, Array.from(validation.labels.keys()), 5),
        classes: classifier.labels.length,
        signal,
      }),
    onStep: (report) => steps.push(report),
    onEpoch: (row) => rows.push(row),
    onProgress: () => {},
  })
  await trainer.dispose()
  return { order, steps, rows }
}

const stepNumbers = (steps: readonly { loss: number; gradNorm: number }[]) =>
  steps.flatMap(({ loss, gradNorm }) => [loss, gradNorm])

const engines: Record<string, () => Promise<Engine>> = {
  onnx: async () => createOnnxEngine(await createOnnxRuntime({ threads: 1 })),
  tfjs: () => createTfjsEngine(),
}

for (const [name, create] of Object.entries(engines)) {
  it(`follows Hugging Face's Trainer step by step on the ${name} engine`, async () => {
    const engine = await create()
    const { order, steps, rows } = await trained(engine, join(scratch, name))
    await engine.dispose()
    expect(order).toEqual(golden.order)
    const rates = (of: readonly { learningRate: number }[]) => of.map((s) => s.learningRate)
    expect(excess(rates(steps), rates(golden.steps), tolerances.metric)).toBeLessThanOrEqual(1)
    const worst = excess(stepNumbers(steps), stepNumbers(golden.steps), tolerances.trainingStep)
    expect(worst).toBeLessThanOrEqual(1)
    expect(steps).toHaveLength(10)
    const losses = rows.map((row) => row.validationLoss ?? Number.NaN)
    const expected = golden.validation.map((v) => v.loss)
    expect(excess(losses, expected, tolerances.trainingStep)).toBeLessThanOrEqual(1)
    const scores = rows.flatMap((row) => [row.validationAccuracy ?? 0, row.validationF1 ?? 0])
    expect(
      excess(
        scores,
        golden.validation.flatMap((v) => [v.accuracy, v.f1]),
        tolerances.metric,
      ),
    ).toBeLessThanOrEqual(1)
  })
}

it('turns red when the warm-up is one step longer', async () => {
  const engine = await createTfjsEngine()
  const { steps } = await trained(engine, join(scratch, 'saboteur'), { warmupSteps: golden.warmupSteps + 1 })
  await engine.dispose()
  expect(excess(stepNumbers(steps), stepNumbers(golden.steps), tolerances.trainingStep)).toBeGreaterThan(1)
})
