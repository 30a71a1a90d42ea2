import { expect, it } from 'vitest'
import { classifierOf } from '../../src/nn/classifier.ts'
import type { Engine, TrainerSpec } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { withTargets } from '../../src/training/loop/targets.ts'
import { goldenVit } from '../goldens/vit.ts'
import { excess, tolerances } from '../tolerances.ts'

const golden = await goldenVit('vit-tiny')
const classifier = classifierOf(golden.config)
const spec: TrainerSpec = {
  classifier,
  weights: golden.weights,
  optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 },
  trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
  maxGradNorm: 1,
  seed: 0,
}
const batchOf = (images: readonly number[]) => {
  const labels = Int32Array.from(images, (i) => golden.expected.labels[i] ?? -1)
  return withTargets({ size: images.length, pixels: golden.pixelsOf(images), labels }, 3)
}

/** The CPU with graphs as for a device in fp16; ONNX Runtime loads them, but multiplies in float32 here. */
const engineOf = async (precision: 'fp32' | 'fp16'): Promise<Engine> => {
  const cpu = await createOnnxRuntime({ threads: 1 })
  return createOnnxEngine({ ...cpu, target: { provider: 'cpu', precision } })
}

async function losses(engine: Engine): Promise<{ losses: number[]; scale: number | undefined }> {
  const trainer = await engine.trainer(spec)
  const made: number[] = []
  for (const { images, learningRate } of golden.expected.steps) {
    const { loss, skipped } = await trainer.step([batchOf(images)], learningRate)
    expect(skipped).toBe(false)
    made.push(loss)
  }
  const scale = trainer.optimizerState().lossScale?.scale
  await trainer.dispose()
  await engine.dispose()
  return { losses: made, scale }
}

it("a ViT's loss in fp16 graphs, scaled and unscaled again, stays by its loss in float32 over 12 steps", async () => {
  const [half, single] = [await losses(await engineOf('fp16')), await losses(await engineOf('fp32'))]
  expect(half.losses).toHaveLength(12)
  expect(excess(half.losses, single.losses, tolerances.fp16Loss)).toBeLessThan(1)
  expect([half.scale, single.scale]).toEqual([2 ** 16, undefined])
})

it('a step whose scaled gradients overflow updates nothing and halves the scale; the next goes on', async () => {
  const engine = await engineOf('fp16')
  const trainer = await engine.trainer(spec)
  const before = trainer.weights()
  const state = trainer.optimizerState()
  trainer.restore(before, { ...state, lossScale: { scale: 2 ** 100, goodSteps: 7 } })
  const batch = batchOf([0, 1, 2, 3])
  const overflow = await trainer.step([batch], 0.01)
  expect(overflow).toMatchObject({ skipped: true, loss: expect.any(Number) })
  expect(Number.isFinite(overflow.loss)).toBe(true)
  expect(trainer.weights()).toEqual(before)
  expect(trainer.optimizerState()).toMatchObject({ step: 0, lossScale: { scale: 2 ** 99, goodSteps: 0 } })
  trainer.restore(before, { ...state, lossScale: { scale: 2 ** 10, goodSteps: 1 } })
  expect(await trainer.step([batch], 0.01)).toMatchObject({ skipped: false })
  expect(trainer.optimizerState()).toMatchObject({ step: 1, lossScale: { scale: 2 ** 10, goodSteps: 2 } })
  expect(trainer.weights()).not.toEqual(before)
  await trainer.dispose()
  await engine.dispose()
})
