import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Trainer, TrainerSpec, Weights } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { excess, tolerances } from '../tolerances.ts'
import { adamwDefaults, allOf, randomBatch, randomWeights, tinyClassifier } from './tiny-classifier.ts'

let compiled: Engine
let eager: Engine
beforeAll(async () => {
  compiled = createOnnxEngine(await createOnnxRuntime({ threads: 2 }))
  eager = await createTfjsEngine('cpu')
})
afterAll(async () => {
  await compiled.dispose()
  await eager.dispose()
})

const spec: TrainerSpec = {
  classifier: tinyClassifier,
  weights: randomWeights(tinyClassifier, 1),
  optimizer: adamwDefaults,
  trainable: allOf(tinyClassifier),
  maxGradNorm: 0.2,
  seed: 0,
}

/** Seven steps, the last batch of each "epoch" short. */
async function train(trainer: Trainer, steps = 7, learningRate = 0.02) {
  const trace: number[] = []
  for (let i = 0; i < steps; i++) {
    const { loss, gradNorm } = await trainer.step([randomBatch(tinyClassifier, i % 3 === 2 ? 2 : 5, i)], learningRate)
    trace.push(loss, gradNorm)
  }
  return trace
}

const flat = (weights: Weights) => [...weights].sort().flatMap(([, values]) => [...values])

describe('the compiled engine equals the eager one', () => {
  it('in loss, gradient norm, weights and moments over steps with a short last batch', async () => {
    const [a, b] = [await compiled.trainer(spec), await eager.trainer(spec)]
    const [actual, expected] = [await train(a), await train(b)]
    expect(actual).toHaveLength(14)
    expect(Math.max(...actual.filter((_, i) => i % 2 === 1))).toBeGreaterThan(spec.maxGradNorm)
    expect(excess(actual, expected, tolerances.op)).toBeLessThan(1)
    expect(excess(flat(a.weights()), flat(b.weights()), tolerances.op)).toBeLessThan(1)
    const [x, y] = [a.optimizerState(), b.optimizerState()]
    expect(x.step).toBe(7)
    expect(excess(flat(x.slots.m ?? new Map()), flat(y.slots.m ?? new Map()), tolerances.op)).toBeLessThan(1)
    expect(excess(flat(x.slots.v ?? new Map()), flat(y.slots.v ?? new Map()), tolerances.op)).toBeLessThan(1)
    await a.dispose()
    await b.dispose()
  })

  it('in logits, of the trainer as it stands and of a predictor with its weights', async () => {
    const [a, b] = [await compiled.trainer(spec), await eager.trainer(spec)]
    await train(a, 2)
    await train(b, 2)
    const batch = randomBatch(tinyClassifier, 3, 9)
    const expected = await b.logits(batch)
    expect(expected).toHaveLength(9)
    expect(excess(await a.logits(batch), expected, tolerances.op)).toBeLessThan(1)
    const predictor = await compiled.predictor(tinyClassifier, a.weights())
    expect(excess(await predictor.logits(batch), expected, tolerances.op)).toBeLessThan(1)
    await Promise.all([a.dispose(), b.dispose(), predictor.dispose()])
  })

  it('and does not when a rule is perturbed', async () => {
    const expected = await train(await eager.trainer(spec))
    const wrong: Partial<TrainerSpec>[] = [
      { maxGradNorm: 0 },
      { optimizer: { ...adamwDefaults, beta2: 0.99 } },
      { optimizer: { ...adamwDefaults, weightDecay: 0 } },
      { trainable: allOf(tinyClassifier).map((p) => ({ ...p, decay: true })) },
    ]
    for (const change of wrong) {
      const trainer = await compiled.trainer({ ...spec, ...change })
      expect(excess(await train(trainer), expected, tolerances.op)).toBeGreaterThan(1)
      await trainer.dispose()
    }
  })
})

describe.each([
  ['compiled', () => compiled],
  ['eager', () => eager],
])('a trainer of the %s engine', (_, engine) => {
  it('goes on from saved weights and moments to the same bits', async () => {
    const whole = await engine().trainer(spec)
    await train(whole, 3)
    const saved = { weights: whole.weights(), state: whole.optimizerState() }
    const rest = await train(whole, 3)
    const resumed = await engine().trainer({ ...spec, weights: randomWeights(tinyClassifier, 2) })
    resumed.restore(saved.weights, saved.state)
    expect(await train(resumed, 3)).toEqual(rest)
    expect(flat(resumed.weights())).toEqual(flat(whole.weights()))
    expect(resumed.optimizerState().step).toBe(6)
    await Promise.all([whole.dispose(), resumed.dispose()])
  })

  it('hands out copies of its weights', async () => {
    const trainer = await engine().trainer(spec)
    const before = trainer.weights()
    const saved = flat(before)
    expect(saved).toEqual(flat(spec.weights))
    await train(trainer, 1)
    expect(flat(before)).toEqual(saved)
    expect(flat(trainer.weights())).not.toEqual(saved)
    await trainer.dispose()
  })

  it('names the parameter that the weights lack', async () => {
    const weights = new Map([...spec.weights].filter(([name]) => name !== 'head.weight'))
    await expect(engine().trainer({ ...spec, weights })).rejects.toThrow(/head\.weight/)
  })
})

it('the engines say what computes', () => {
  expect(compiled.facts).toMatchObject({ engine: 'onnx', runtime: 'onnxruntime', provider: 'cpu' })
  expect(eager.facts).toMatchObject({ engine: 'tfjs', device: 'cpu', version: expect.stringMatching(/^4\./) })
})
