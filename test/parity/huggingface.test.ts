import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { excess, tolerances } from '../tolerances.ts'
import { familyRuns, resumesToTheSameBits } from './families.ts'
import { goldenRun, type OurRun, type RunName, runNames, trainAsGolden } from './huggingface.ts'

const onnx = async () => createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
const engines: Record<string, () => Promise<Engine>> = { onnx, tfjs: () => createTfjsEngine() }

const lossesAndNorms = (run: OurRun) => run.steps.flatMap(({ loss, gradNorm }) => [loss, gradNorm])
const expectedLossesAndNorms = (name: RunName) => goldenRun(name).steps.flatMap((step) => step.slice(0, 2))

it('there is a run for every way of training and every family', () => {
  expect(runNames).toHaveLength(11)
})

describe.each(Object.entries(engines))('the %s engine', (_, create) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await create()
  })
  afterAll(() => engine.dispose())

  it.each(runNames)("follows Hugging Face's Trainer over three epochs: %s", async (name) => {
    const golden = goldenRun(name)
    const run = await trainAsGolden(engine, name)
    expect(excess(run.logitsBefore, golden.logitsBefore.flat(), tolerances.logits)).toBeLessThanOrEqual(1)
    expect(run.order).toEqual(golden.order)
    const rates = run.steps.map((s) => s.learningRate)
    expect(
      excess(
        rates,
        golden.steps.map(([, , rate]) => rate),
        tolerances.metric,
      ),
    ).toBeLessThanOrEqual(1)
    expect(excess(lossesAndNorms(run), expectedLossesAndNorms(name), tolerances.trainingStep)).toBeLessThanOrEqual(1)
    const scores = run.rows.flatMap((row) => [row.validationAccuracy ?? Number.NaN, row.validationF1 ?? Number.NaN])
    expect(
      excess(
        scores,
        golden.validation.flatMap(([, accuracy, f1]) => [accuracy, f1]),
        tolerances.metric,
      ),
    ).toBeLessThanOrEqual(1)
    // The Trainer smooths the labels of its evaluation too; xp's validation loss is always the plain cross-entropy.
    if (golden.arguments.labelSmoothing === 0) {
      const losses = run.rows.map((row) => row.validationLoss ?? Number.NaN)
      const expected = golden.validation.map(([loss]) => loss)
      expect(excess(losses, expected, tolerances.trainingStep)).toBeLessThanOrEqual(1)
    }
    expect(excess(run.logitsAfter, golden.logitsAfter.flat(), tolerances.trainedLogits)).toBeLessThanOrEqual(1)
  })
})

it.each(familyRuns)('resumes to the same bits: $family', async ({ family }) => {
  const engine = await onnx()
  expect(await resumesToTheSameBits(engine, family)).toBe(true)
  await engine.dispose()
})

it.each<[string, RunName, Parameters<typeof trainAsGolden>[2]]>([
  ['the warm-up is one step longer', 'vit-cosine', { warmupSteps: 4 }],
  ['the labels are not smoothed', 'vit-smoothing', { labelSmoothing: 0 }],
  ['the window is one batch shorter', 'vit-accumulation', { accumulation: 3 }],
])('it leaves the curve when %s', async (_, name, changes) => {
  const engine = await createTfjsEngine()
  const run = await trainAsGolden(engine, name, changes)
  await engine.dispose()
  const expected = expectedLossesAndNorms(name)
  const ours = lossesAndNorms(run).slice(0, expected.length)
  expect(excess(ours, expected, tolerances.trainingStep)).toBeGreaterThan(1)
})
