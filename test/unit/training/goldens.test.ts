import { expect, it } from 'vitest'
import { classificationScores } from '../../../src/training/loop/metrics.ts'
import { predictionOf } from '../../../src/training/loop/prediction.ts'
import { batchesPerEpoch, epochOrder } from '../../../src/training/loop/sampler.ts'
import {
  createSchedule,
  type ScheduleName,
  scheduleNames,
  warmupStepsOf,
} from '../../../src/training/loop/schedules.ts'
import golden from '../../goldens/training.json' with { type: 'json' }
import { excess, tolerances } from '../../tolerances.ts'

const metric = (actual: readonly number[], expected: readonly number[]) => excess(actual, expected, tolerances.metric)

for (const { name, power, totalSteps, warmupSteps, rates } of golden.schedules.cases) {
  it(`it gives the learning rates of ${name} over ${totalSteps} steps with ${warmupSteps} of warm-up, power ${power}`, () => {
    const { learningRate } = golden.schedules
    const schedule = createSchedule({ name: name as ScheduleName, learningRate, totalSteps, warmupSteps, power })
    expect(
      metric(
        Array.from({ length: totalSteps }, (_, k) => schedule(k)),
        rates,
      ),
    ).toBeLessThanOrEqual(1)
  })
}

it('has a golden for every schedule', () => {
  expect(new Set(golden.schedules.cases.map((c) => c.name))).toEqual(new Set(scheduleNames))
})

it('ends linear at one last share of the peak, not at 0', () => {
  const schedule = createSchedule({ name: 'linear', learningRate: 1, totalSteps: 8, warmupSteps: 0 })
  expect([schedule(0), schedule(7)]).toEqual([1, 1 / 8])
})

it('rounds a warm-up ratio up', () => {
  expect([warmupStepsOf(0, 10), warmupStepsOf(0.11, 10), warmupStepsOf(0.1, 30)]).toEqual([0, 2, 3])
})

for (const { count, seed, epochs } of golden.orders) {
  it(`it shuffles ${count} examples with seed ${seed} as accelerate's sampler, epoch after epoch`, () => {
    expect(epochs.map((_, epoch) => [...epochOrder(count, seed, epoch)])).toEqual(epochs)
  })
}

it('counts the short last batch', () => {
  expect([batchesPerEpoch(12, 4), batchesPerEpoch(13, 4), batchesPerEpoch(1, 4)]).toEqual([3, 4, 1])
})

for (const { what, confusion, perClass, ...means } of golden.metrics) {
  it(`it scores as scikit-learn: ${what}`, () => {
    const scores = classificationScores(confusion)
    expect(
      metric(
        [scores.accuracy, scores.precision, scores.recall, scores.f1],
        [means.accuracy, means.precision, means.recall, means.f1],
      ),
    ).toBeLessThanOrEqual(1)
    const flat = (rows: readonly (typeof perClass)[number][]) =>
      rows.flatMap((row) => [row.precision, row.recall, row.f1, row.support])
    expect(metric(flat(scores.perClass), flat(perClass))).toBeLessThanOrEqual(1)
  })
}

it('scores no examples as zero throughout', () => {
  expect(
    classificationScores([
      [0, 0],
      [0, 0],
    ]),
  ).toMatchObject({ accuracy: 0, precision: 0, recall: 0, f1: 0 })
})

it('reads logits as float64 softmax, cross-entropy and argmax', () => {
  const { logits, labels, losses, predicted, confidence } = golden.predictions
  const made = logits.map((row, i) => predictionOf(Float32Array.from(row), labels[i] ?? 0))
  expect(made.map((p) => p.predicted)).toEqual(predicted)
  expect(
    metric(
      made.map((p) => p.confidence),
      confidence,
    ),
  ).toBeLessThanOrEqual(1)
  expect(
    metric(
      made.map((p) => p.loss),
      losses,
    ),
  ).toBeLessThanOrEqual(1)
  expect(made.length).toBe(17)
})

it('sees a perturbed rule', () => {
  const [first] = golden.metrics
  const { confusion, f1 } = first as (typeof golden.metrics)[number]
  const transposed = confusion.map((row, i) => row.map((_, j) => confusion[j]?.[i] ?? 0))
  expect(metric([classificationScores(transposed).f1], [f1])).toBeGreaterThan(1)
})
