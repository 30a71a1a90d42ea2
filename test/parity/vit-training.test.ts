import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifierOf } from '../../src/nn/classifier.ts'
import type { Engine, Trainer, TrainerSpec } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { withTargets } from '../../src/training/loop/targets.ts'
import { type GoldenStep, goldenVit } from '../goldens/vit.ts'
import { excess, tolerances } from '../tolerances.ts'

const golden = await goldenVit('vit-tiny')
const classifier = classifierOf(golden.config)
const optimizer = { name: 'adamw' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 }
const trainable = classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 }))
const spec: TrainerSpec = {
  classifier,
  weights: golden.weights,
  optimizer,
  trainable,
  maxGradNorm: 1,
  seed: 0,
}
const batchOf = (images: readonly number[]) => ({
  size: images.length,
  pixels: golden.pixelsOf(images),
  labels: Int32Array.from(images, (i) => golden.expected.labels[i] ?? -1),
})

async function run(trainer: Trainer, steps: readonly GoldenStep[]) {
  const made: { loss: number; gradNorm: number }[] = []
  for (const { images, learningRate } of steps)
    made.push(await trainer.step([withTargets(batchOf(images), 3)], learningRate))
  return made
}

const onnx = async () => createOnnxEngine(await createOnnxRuntime({ threads: 1 }))

describe.each([
  ['tfjs', () => createTfjsEngine('cpu')],
  ['onnx', onnx],
] as const)('the %s engine', (_, create) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await create()
  })
  afterAll(() => engine.dispose())

  it('follows 12 AdamW steps of PyTorch, last short batch, warm-up and clipping included', async () => {
    const { steps, logits, logitsAfter } = golden.expected
    const trainer = await engine.trainer(spec)
    const all = batchOf(golden.expected.labels.map((_, i) => i))
    expect(excess(await trainer.logits(all), logits.flat(), tolerances.logits)).toBeLessThan(1)
    const made = await run(trainer, steps)
    const of = (key: 'loss' | 'gradNorm', list: readonly { loss: number; gradNorm: number }[]) =>
      list.map((s) => s[key])
    expect(excess(of('loss', made), of('loss', steps), tolerances.trainingStep)).toBeLessThan(1)
    expect(excess(of('gradNorm', made), of('gradNorm', steps), tolerances.trainingStep)).toBeLessThan(1)
    expect(excess(await trainer.logits(all), logitsAfter.flat(), tolerances.logits)).toBeLessThan(1)
    expect(made).toHaveLength(12)
    await trainer.dispose()
  })
})

it.each<[string, Partial<TrainerSpec>]>([
  ['norms and biases decay too', { trainable: trainable.map((p) => ({ ...p, decay: true })) }],
  ['nothing is clipped', { maxGradNorm: 0 }],
  ['the second moment forgets faster', { optimizer: { ...optimizer, beta2: 0.99 } }],
])('it leaves the trace when %s', async (_, change) => {
  const engine = await onnx()
  const trainer = await engine.trainer({ ...spec, ...change })
  const made = await run(trainer, golden.expected.steps)
  const losses = golden.expected.steps.map((s) => s.loss)
  expect(
    excess(
      made.map((s) => s.loss),
      losses,
      tolerances.trainingStep,
    ),
  ).toBeGreaterThan(1)
  await trainer.dispose()
  await engine.dispose()
})
