import type * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dense } from '../../src/nn/layers/dense.ts'
import { initialLora, mergeLora, withLora } from '../../src/nn/lora.ts'
import type { Classifier, Engine, Weights } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import golden from '../goldens/lora.json' with { type: 'json' }
import { excess, tolerances } from '../tolerances.ts'

let compiled: Engine
let eager: Engine
beforeAll(async () => {
  compiled = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
  eager = await createTfjsEngine('cpu')
})
afterAll(() => Promise.all([compiled.dispose(), eager.dispose()]))

const linear: Classifier = {
  family: 'linear',
  image: { height: 1, width: 1, channels: 5 },
  labels: ['boot', 'sandal', 'shoe'],
  parameters: [
    { name: 'block.query.weight', shape: [3, 5], decay: true, layer: 1, head: false },
    { name: 'block.query.bias', shape: [3], decay: false, layer: 1, head: false },
  ],
  buffers: [],
  features: (tensors, pixels) => dense(tensors, 'block.query', pixels.reshape([-1, 5])) as tf.Tensor2D,
  head: (_, features) => features,
}
const options = { rank: golden.rank, alpha: golden.alpha, targets: ['query'] }
const start: Weights = new Map(
  [
    ['block.query.weight', golden.start.weight] as const,
    ['block.query.bias', golden.start.bias] as const,
    ['block.query.lora_A.weight', golden.start.a] as const,
    ['block.query.lora_B.weight', new Array<number>(3 * golden.rank).fill(0)] as const,
  ].map(([name, values]) => [name, Float32Array.from(values)]),
)
const [a, b] = ['block.query.lora_A.weight', 'block.query.lora_B.weight'] as const
const size = golden.labels.length
const targets = new Float32Array(3 * size)
for (const [row, label] of golden.labels.entries()) targets[3 * row + label] = 1 / size
const batch = { size, pixels: Float32Array.from(golden.pixels), targets }

async function worstAgainstTorch(engine: Engine, alpha = golden.alpha): Promise<number> {
  const trainer = await engine.trainer({
    classifier: withLora(linear, { ...options, alpha }),
    weights: start,
    optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
    trainable: [a, b].map((name) => ({ name, decay: true, learningRateFactor: 1 })),
    maxGradNorm: 0,
    seed: 0,
  })
  let worst = 0
  for (const expected of golden.steps) {
    const { loss, gradNorm } = await trainer.step([batch], golden.learningRate)
    const weights = trainer.weights()
    worst = Math.max(
      worst,
      excess([loss, gradNorm], [expected.loss, expected.gradNorm], tolerances.op),
      excess(weights.get(a) ?? [], expected.a, tolerances.op),
      excess(weights.get(b) ?? [], expected.b, tolerances.op),
    )
    expect(weights.get('block.query.weight')).toEqual(start.get('block.query.weight'))
  }
  const merged = mergeLora(trainer.weights(), { ...options, alpha })
  expect([...merged.keys()].sort()).toEqual(['block.query.bias', 'block.query.weight'])
  worst = Math.max(worst, excess(merged.get('block.query.weight') ?? [], golden.merged, tolerances.op))
  const plain = await engine.predictor(linear, merged)
  worst = Math.max(worst, excess(await plain.logits(batch), await trainer.logits(batch), tolerances.op))
  await Promise.all([trainer.dispose(), plain.dispose()])
  return worst
}

it('trains the factors as peft does and merges to the same model, on both engines', async () => {
  expect(golden.steps).toHaveLength(5)
  expect(await worstAgainstTorch(compiled)).toBeLessThan(1)
  expect(await worstAgainstTorch(eager)).toBeLessThan(1)
  expect(await worstAgainstTorch(compiled, golden.alpha * 1.01)).toBeGreaterThan(1)
})

it('starts at the model as it was: B is zero, A within 1 / √in', () => {
  const initial = initialLora(linear, options, 7)
  expect(initial.get(b)?.every((value) => value === 0)).toBe(true)
  const values = initial.get(a) ?? new Float32Array()
  expect(values).toHaveLength(10)
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(5 ** -0.5))
  expect(new Set(values).size).toBe(10)
})

it('adds factors after the parameters, at the depth of their layer', () => {
  expect(withLora(linear, options).parameters.slice(2)).toEqual([
    { name: a, shape: [2, 5], decay: true, layer: 1, head: false },
    { name: b, shape: [3, 2], decay: true, layer: 1, head: false },
  ])
})

it('names a target that no linear layer has, and the nearest one', () => {
  expect(() => withLora(linear, { ...options, targets: ['querry'] })).toThrow(
    expect.objectContaining({ code: 'XP_LORA_TARGET_UNMATCHED', hint: 'did you mean "query"?' }),
  )
})
