import { expect, it } from 'vitest'
import type { Batch, Predictor } from '../../../../src/registry/engine.ts'
import { evaluate } from '../../../../src/training/loop/evaluate.ts'

/** Its logits are the pixels themselves. */
const echo: Predictor = { logits: async ({ pixels }) => pixels, dispose: async () => {} }

async function* batches(sizes: readonly number[]): AsyncGenerator<Batch> {
  let example = 0
  for (const size of sizes) {
    const labels = Int32Array.from({ length: size }, () => example++ % 3)
    const pixels = Float32Array.from([...labels].flatMap((label) => [1, 2, label === 2 ? 5 : 0]))
    yield { size, pixels, labels }
  }
}
const { signal } = new AbortController()

it('scores examples, in order, whatever the batch sizes', async () => {
  const one = await evaluate({ predictor: echo, batches: batches([7]), classes: 3, signal })
  const many = await evaluate({ predictor: echo, batches: batches([3, 3, 1]), classes: 3, signal })
  expect(many).toEqual(one)
  expect(one.confusion).toEqual([
    [0, 3, 0],
    [0, 2, 0],
    [0, 0, 2],
  ])
  expect(one.accuracy).toBeCloseTo(4 / 7, 12)
  expect(one.predictions.map((p) => p.predicted)).toEqual([1, 1, 2, 1, 1, 2, 1])
})

it('weighs every example alike in the loss, not every batch', async () => {
  const logSumExp = (row: readonly number[]) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))
  const expected = [0, 1, 2, 0]
    .map((label) => (label === 2 ? logSumExp([1, 2, 5]) - 5 : logSumExp([1, 2, 0]) - (label + 1)))
    .reduce((a, b) => a + b)
  const { loss } = await evaluate({ predictor: echo, batches: batches([3, 1]), classes: 3, signal })
  expect(loss).toBeCloseTo(expected / 4, 12)
})

it('tells how many examples are done, and stops within one batch of an abort', async () => {
  const controller = new AbortController()
  const done: number[] = []
  const onBatch = (count: number) => {
    done.push(count)
    if (count === 6) controller.abort(new Error('stop'))
  }
  const options = { predictor: echo, batches: batches([3, 3, 3, 3]), classes: 3, signal: controller.signal, onBatch }
  await expect(evaluate(options)).rejects.toThrow('stop')
  expect(done).toEqual([3, 6])
})
