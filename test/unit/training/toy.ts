import { createHash } from 'node:crypto'
import type { Batch, MicroBatch, OptimizerState, Trainer, Weights } from '../../../src/registry/engine.ts'
import { openCheckpoints } from '../../../src/training/checkpoints/checkpoints.ts'
import { evaluate } from '../../../src/training/loop/evaluate.ts'
import type { FitOptions } from '../../../src/training/loop/fit.ts'
import { createSchedule } from '../../../src/training/loop/schedules.ts'

export const features = 4
export const classes = 3
export const exampleCount = 22
export const batchSize = 4
const parameters = [
  { name: 'head.weight', shape: [classes, features] },
  { name: 'head.bias', shape: [classes] },
]

export const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))

const zeros = (): Map<string, Float32Array> =>
  new Map(parameters.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]))
const copied = (values: Weights) => new Map([...values].map(([name, data]) => [name, data.slice()]))
const of = (values: Weights, name: string) => values.get(name) as Float32Array

/** Softmax regression under Adam, deterministic: the smallest model that has moments to lose. */
export function toyTrainer(): Trainer {
  let state = { step: 0, weights: zeros(), m: zeros(), v: zeros() }
  const rowLogits = (pixels: Float32Array, row: number) =>
    Array.from({ length: classes }, (_, c) => {
      let sum = of(state.weights, 'head.bias')[c] as number
      for (let f = 0; f < features; f++)
        sum += (of(state.weights, 'head.weight')[c * features + f] as number) * (pixels[row * features + f] as number)
      return sum
    })
  return {
    async logits({ size, pixels }) {
      return Float32Array.from(Array.from({ length: size }, (_, row) => rowLogits(pixels, row)).flat())
    },
    async step(batches, learningRate) {
      const gradients = zeros()
      let loss = 0
      for (const [{ pixels, targets }, row] of rowsOf(batches)) {
        const exponentials = rowLogits(pixels, row).map(Math.exp)
        const total = exponentials.reduce((a, b) => a + b)
        const share = targets.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b)
        exponentials.forEach((exponential, c) => {
          const target = targets[row * classes + c] as number
          const error = (share * exponential) / total - target
          loss -= target * Math.log(exponential / total)
          const [bias, weight] = [of(gradients, 'head.bias'), of(gradients, 'head.weight')]
          bias[c] = (bias[c] as number) + error
          for (let f = 0; f < features; f++) {
            const at = c * features + f
            weight[at] = (weight[at] as number) + error * (pixels[row * features + f] as number)
          }
        })
      }
      const step = state.step + 1
      let squares = 0
      for (const [name, gradient] of gradients) {
        const [w, m, v] = [of(state.weights, name), of(state.m, name), of(state.v, name)]
        gradient.forEach((g, i) => {
          squares += g * g
          m[i] = 0.9 * (m[i] as number) + 0.1 * g
          v[i] = 0.999 * (v[i] as number) + 0.001 * g * g
          const [mean, variance] = [(m[i] as number) / (1 - 0.9 ** step), (v[i] as number) / (1 - 0.999 ** step)]
          w[i] = (w[i] as number) - (learningRate * mean) / (Math.sqrt(variance) + 1e-8)
        })
      }
      state = { ...state, step }
      return { loss: Math.fround(loss), gradNorm: Math.fround(Math.sqrt(squares)), skipped: false }
    },
    weights: () => copied(state.weights),
    averagedWeights: () => copied(state.weights),
    optimizerState: (): OptimizerState => ({
      step: state.step,
      slots: { m: copied(state.m), v: copied(state.v) },
    }),
    restore(weights, { step, slots }) {
      const slot = (name: string) => copied(slots[name] ?? new Map())
      state = { step, weights: copied(weights), m: slot('m'), v: slot('v') }
    },
    async dispose() {},
  }
}

const rowsOf = (batches: readonly MicroBatch[]) =>
  batches.flatMap((batch) => Array.from({ length: batch.size }, (_, row) => [batch, row] as const))

/** Example i: class i mod 3, its features a hash of i pulled towards the class. */
export async function* toyBatches(order: ArrayLike<number>): AsyncGenerator<Batch> {
  for (let from = 0; from < order.length; from += batchSize) {
    const indices = Array.from(order).slice(from, from + batchSize)
    const pixels = indices.flatMap((i) =>
      Array.from({ length: features }, (_, f) => Math.sin(i * 12.9 + f * 78.2) + (f === i % classes ? 0.5 : 0)),
    )
    const labels = Int32Array.from(indices.map((i) => i % classes))
    yield { size: indices.length, pixels: Float32Array.from(pixels), labels }
  }
}

export const digestOf = (weights: Weights): string => {
  const hash = createHash('sha256')
  for (const [name, data] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

/** A training of 4 epochs of 6 batches with checkpoints in `dir`; `changes` replace any of its options. */
export function toyFit(dir: string, changes: Partial<FitOptions> = {}, keep = 2, warnings: string[] = []): FitOptions {
  const trainer = changes.trainer ?? toyTrainer()
  const signal = changes.signal ?? new AbortController().signal
  return {
    trainer,
    epochs: 4,
    batchSize,
    exampleCount,
    classes,
    seed: 7,
    schedule: createSchedule({ name: 'linear', learningRate: 0.05, totalSteps: 24, warmupSteps: 3 }),
    bestBy: 'loss',
    checkpoints: openCheckpoints({ dir, shapes, spec: 'toy', keep, warn: (message) => warnings.push(message) }),
    signal,
    batchesOf: (order) => toyBatches(order),
    validate: (_epoch, signal) =>
      evaluate({
        predictor: trainer,
        batches: toyBatches(Array.from({ length: 9 }, (_, i) => 100 + i)),
        classes,
        signal,
      }),
    onStep() {},
    onEpoch() {},
    onProgress() {},
    ...changes,
  }
}
