import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, OptimizerSpec, Trainer, TrainerSpec, Weights } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { excess, tolerances } from '../tolerances.ts'
import { noisyClassifier } from './noisy-classifier.ts'
import { adamwDefaults, allOf, randomBatch, randomWeights, tinyClassifier } from './tiny-classifier.ts'

let compiled: Engine
let eager: Engine
beforeAll(async () => {
  compiled = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
  eager = await createTfjsEngine('cpu')
})
afterAll(async () => {
  await compiled.dispose()
  await eager.dispose()
})

const noisy = noisyClassifier({ dropout: 0.3, dropPath: 0.4 })
const weights: Weights = new Map([
  ...randomWeights(tinyClassifier, 1),
  ['running_mean', Float32Array.of(0.1, -0.2, 0.3, 0, 0.5)],
  ['num_batches_tracked', Float32Array.of(7)],
])
const spec: TrainerSpec = {
  classifier: noisy,
  weights,
  optimizer: adamwDefaults,
  trainable: allOf(noisy),
  maxGradNorm: 0.2,
  seed: 11,
}
const head = allOf(noisy).filter(({ name }) => name.startsWith('head.'))
const sgd = (momentum: number, nesterov: boolean): OptimizerSpec => ({
  name: 'sgd',
  momentum,
  nesterov,
  weightDecay: 0.05,
})

/** Features of the contract, each as a change to `spec`, and a wrong change that the comparison must notice. */
const features: readonly { name: string; change: Partial<TrainerSpec>; saboteur: Partial<TrainerSpec> }[] = [
  { name: 'dropout, stochastic depth and buffers', change: {}, saboteur: { seed: 12 } },
  {
    name: 'dropout at another rate',
    change: { classifier: noisyClassifier({ dropout: 0.5, dropPath: 0 }) },
    saboteur: { classifier: noisyClassifier({ dropout: 0.5, dropPath: 0.01 }) },
  },
  {
    name: 'Adam',
    change: { optimizer: { ...adamwDefaults, name: 'adam' } },
    saboteur: { optimizer: adamwDefaults },
  },
  { name: 'SGD', change: { optimizer: sgd(0, false) }, saboteur: { optimizer: sgd(0.01, false) } },
  { name: 'momentum', change: { optimizer: sgd(0.9, false) }, saboteur: { optimizer: sgd(0.9, true) } },
  { name: 'Nesterov momentum', change: { optimizer: sgd(0.9, true) }, saboteur: { optimizer: sgd(0.9, false) } },
  { name: 'a moving average', change: { emaDecay: 0.8 }, saboteur: { emaDecay: 0.81 } },
  {
    name: 'a frozen backbone',
    change: { trainable: head },
    saboteur: { trainable: allOf(noisy) },
  },
  {
    name: 'a learning rate by layer',
    change: { trainable: allOf(noisy).map((p, i) => ({ ...p, learningRateFactor: 0.5 ** i })) },
    saboteur: { trainable: allOf(noisy) },
  },
  { name: 'low memory', change: { memory: 'low' }, saboteur: { maxGradNorm: 0.1 } },
]

/** Three steps: of one batch, of three of different sizes, and of two. */
async function train(trainer: Trainer, first = 0, steps = 3): Promise<number[]> {
  const numbers: number[] = []
  for (let i = first; i < first + steps; i++) {
    const sizes = [[5], [4, 4, 2], [5, 5]][i % 3] ?? []
    const total = sizes.reduce((a, b) => a + b)
    const batches = sizes.map((size, k) => {
      const { pixels, targets } = randomBatch(noisy, size, 10 * i + k)
      return { size, pixels, targets: targets.map((share) => (share * size) / total) }
    })
    const { loss, gradNorm, skipped } = await trainer.step(batches, 0.05)
    expect(skipped).toBe(false)
    numbers.push(loss, gradNorm)
  }
  return numbers
}

const flat = (named: Weights) => [...named].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, values]) => [...values])

async function outcome(engine: Engine, trainerSpec: TrainerSpec) {
  const trainer = await engine.trainer(trainerSpec)
  const steps = await train(trainer)
  const state = trainer.optimizerState()
  const numbers = [
    steps,
    flat(trainer.weights()),
    flat(trainer.averagedWeights()),
    ...Object.keys(state.slots)
      .sort()
      .map((slot) => flat(state.slots[slot] ?? new Map())),
    [...(await trainer.logits(randomBatch(noisy, 3, 99)))],
  ]
  await trainer.dispose()
  return { numbers: numbers.flat(), slots: Object.keys(state.slots).sort() }
}

describe.each(features)('with $name', ({ change, saboteur }) => {
  it('both engines agree in losses, norms, weights, buffers, slots and logits', async () => {
    const [actual, expected] = [
      await outcome(compiled, { ...spec, ...change }),
      await outcome(eager, { ...spec, ...change }),
    ]
    expect(actual.slots).toEqual(expected.slots)
    expect(actual.numbers).toHaveLength(expected.numbers.length)
    expect(excess(actual.numbers, expected.numbers, tolerances.op)).toBeLessThan(1)
  })

  it('the comparison notices a wrong rule', async () => {
    const wrong = await outcome(compiled, { ...spec, ...change, ...saboteur })
    const expected = await outcome(eager, { ...spec, ...change })
    const same = wrong.numbers.length === expected.numbers.length
    expect(same && excess(wrong.numbers, expected.numbers, tolerances.op) < 1).toBe(false)
  })

  it.each([
    ['compiled', () => compiled],
    ['eager', () => eager],
  ])('the %s engine goes on from a saved state to the same bits', async (_, engine) => {
    const whole = await engine().trainer({ ...spec, ...change })
    await train(whole, 0, 2)
    const saved = { weights: whole.weights(), state: whole.optimizerState() }
    const rest = await train(whole, 2, 2)
    const other = new Map([...weights].map(([name, values]) => [name, values.map((value) => value + 1)]))
    const resumed = await engine().trainer({ ...spec, ...change, weights: other })
    resumed.restore(saved.weights, saved.state)
    expect(await train(resumed, 2, 2)).toEqual(rest)
    expect(flat(resumed.weights())).toEqual(flat(whole.weights()))
    expect(flat(resumed.averagedWeights())).toEqual(flat(whole.averagedWeights()))
    expect(resumed.optimizerState()).toEqual(whole.optimizerState())
    resumed.restore(saved.weights, { ...saved.state, step: saved.state.step + 1 })
    expect(await train(resumed, 2, 2)).not.toEqual(rest)
    await Promise.all([whole.dispose(), resumed.dispose()])
  })
})

describe.each([
  ['compiled', () => compiled],
  ['eager', () => eager],
])('a trainer of the %s engine', (_, engine) => {
  const silent = { ...spec, classifier: tinyClassifier, trainable: allOf(tinyClassifier) }

  it('sees the same gradient in one batch and in its parts', async () => {
    const { pixels, targets } = randomBatch(tinyClassifier, 6, 3)
    const part = (from: number, to: number) => ({
      size: to - from,
      pixels: pixels.subarray(from * 48, to * 48),
      targets: targets.subarray(from * 3, to * 3),
    })
    const [a, b] = [await engine().trainer(silent), await engine().trainer(silent)]
    const whole = await a.step([{ size: 6, pixels, targets }], 0.02)
    const parts = await b.step([part(0, 2), part(2, 4), part(4, 6)], 0.02)
    expect(excess([parts.loss, parts.gradNorm], [whole.loss, whole.gradNorm], tolerances.op)).toBeLessThan(1)
    expect(excess(flat(b.weights()), flat(a.weights()), tolerances.op)).toBeLessThan(1)
    await Promise.all([a.dispose(), b.dispose()])
  })

  it('draws new masks each step and each micro-batch', async () => {
    const batch = randomBatch(noisy, 4, 5)
    const trainer = await engine().trainer({ ...spec, maxGradNorm: 0 })
    const losses: number[] = []
    for (let i = 0; i < 3; i++) losses.push((await trainer.step([batch], 0)).loss)
    expect(new Set(losses).size).toBe(3)
    const twice = await engine().trainer({ ...spec, maxGradNorm: 0 })
    const both = (await twice.step([batch, batch], 0)).loss
    expect(both).not.toBeCloseTo(2 * (losses[0] as number), 6)
    await Promise.all([trainer.dispose(), twice.dispose()])
  })

  it('keeps what is frozen, moves buffers with each micro-batch, and scores with the average', async () => {
    const trainer = await engine().trainer({ ...spec, trainable: head, emaDecay: 0.9 })
    await train(trainer, 1, 1)
    const [now, averaged] = [trainer.weights(), trainer.averagedWeights()]
    expect(now.get('patch.weight')).toEqual(weights.get('patch.weight'))
    expect(now.get('head.weight')).not.toEqual(weights.get('head.weight'))
    expect(now.get('num_batches_tracked')).toEqual(Float32Array.of(10))
    expect(averaged.get('running_mean')).toEqual(now.get('running_mean'))
    const [start, moved] = [weights.get('head.bias'), now.get('head.bias')] as [Float32Array, Float32Array]
    const expected = start.map((value, i) => 0.9 * value + 0.1 * (moved[i] as number))
    expect(excess(averaged.get('head.bias') ?? [], expected, tolerances.op)).toBeLessThan(1)
    const batch = randomBatch(noisy, 3, 1)
    const [ofAverage, ofNow] = [await engine().predictor(noisy, averaged), await engine().predictor(noisy, now)]
    const logits = [...(await trainer.logits(batch))]
    expect(logits).toEqual([...(await ofAverage.logits(batch))])
    expect(logits).not.toEqual([...(await ofNow.logits(batch))])
    await Promise.all([trainer.dispose(), ofAverage.dispose(), ofNow.dispose()])
  })

  it('answers what is not finite', async () => {
    const trainer = await engine().trainer(silent)
    const batch = randomBatch(tinyClassifier, 2, 1)
    const { loss, gradNorm } = await trainer.step([{ ...batch, pixels: batch.pixels.fill(Number.NaN) }], 0.1)
    expect([loss, gradNorm]).toEqual([Number.NaN, Number.NaN])
    await trainer.dispose()
  })
})
