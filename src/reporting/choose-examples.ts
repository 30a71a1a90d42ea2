import type { Dataset, Example } from '../artifacts/dataset.ts'
import type { Evaluation } from '../artifacts/evaluation.ts'
import { sha256 } from '../std/hash.ts'

/** A random order that depends on the seed and on each item's own name only. */
function shuffled<T>(items: readonly T[], seed: number, nameOf: (item: T) => string): readonly T[] {
  return items
    .map((item) => ({ item, rank: sha256(`${seed}\n${nameOf(item)}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ item }) => item)
}

/** The part that samples are shown from: what the model learns from. */
export const samplePart = (dataset: Dataset): string =>
  'train' in dataset.parts ? 'train' : (Object.keys(dataset.parts)[0] ?? 'all')

/** `count` random examples of the part, as many of each class as its size allows, in label order. */
export function chooseSamples(dataset: Dataset, count: number, seed: number): readonly Example[] {
  const queues = dataset.classes.map(() => [] as Example[])
  for (const e of shuffled(dataset.parts[samplePart(dataset)] ?? [], seed, (x) => x.file)) queues[e.label]?.push(e)
  const chosen: Example[] = []
  for (let round = 0; chosen.length < count && queues.some((q) => q.length > round); round++) {
    for (const queue of queues) {
      const example = queue[round]
      if (example !== undefined && chosen.length < count) chosen.push(example)
    }
  }
  return chosen.sort((a, b) => a.label - b.label)
}

export type Prediction = Evaluation['predictions'][number]

/**
 * Predictions worth looking at: the errors the model was surest of, then correct ones at random. Errors take at most
 * two thirds of the places while there are correct ones to show.
 */
export function choosePredictions(
  predictions: readonly Prediction[],
  count: number,
  seed: number,
): readonly Prediction[] {
  const wrong = predictions.filter((p) => p.actual !== p.predicted)
  const right = predictions.filter((p) => p.actual === p.predicted)
  wrong.sort((a, b) => b.confidence - a.confidence || (a.file < b.file ? -1 : 1))
  const errors = wrong.slice(0, Math.max(Math.ceil((count * 2) / 3), count - right.length))
  return [...errors, ...shuffled(right, seed, (p) => p.file).slice(0, count - errors.length)]
}
