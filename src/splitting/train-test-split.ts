import { NumpyGenerator } from '../std/numpy-generator.ts'

/** Indices of the examples that stay in training and of those held out, in the order of the rows of each. */
export interface TrainTestSplit {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/**
 * The rows of `Dataset.train_test_split(test_size, seed)` of Hugging Face's datasets 4 (`arrow_dataset.py`), shuffled.
 * @param size below 1 a share, rounded up; else images
 */
export function trainTestSplit(n: number, size: number, seed: number): TrainTestSplit {
  const held = heldOut(n, size)
  const order = new NumpyGenerator(seed).permutation(n)
  return { test: order.slice(0, held), train: order.slice(held) }
}

/**
 * The same with `stratify_by_column="label"` (`utils/stratify.py`, after scikit-learn's StratifiedShuffleSplit).
 * @param labels each class of 0 … max at least twice; both parts are to have at least as many images as there are classes
 */
export function stratifiedTrainTestSplit(labels: readonly number[], size: number, seed: number): TrainTestSplit {
  const generator = new NumpyGenerator(seed)
  const held = heldOut(labels.length, size)
  const members: number[][] = []
  for (const [row, label] of labels.entries()) {
    members[label] ??= []
    members[label].push(row)
  }
  const counts = members.map(({ length }) => length)
  const kept = shareOut(counts, labels.length - held, generator)
  const tested = shareOut(
    counts.map((count, label) => count - (kept[label] ?? 0)),
    held,
    generator,
  )
  const train: number[] = []
  const test: number[] = []
  for (const [label, rows] of members.entries()) {
    const order = generator.shuffled(rows)
    const cut = kept[label] ?? 0
    train.push(...order.slice(0, cut))
    test.push(...order.slice(cut, cut + (tested[label] ?? 0)))
  }
  return { train: generator.shuffled(train), test: generator.shuffled(test) }
}

/** @param size below 1 a share, rounded up; else images */
export const heldOut = (n: number, size: number): number => (size < 1 ? Math.ceil(size * n) : size)

/** `draws` among classes in proportion: the largest remainders are rounded up, among equal ones at random. */
function shareOut(counts: readonly number[], draws: number, generator: NumpyGenerator): number[] {
  const total = counts.reduce((a, b) => a + b, 0)
  const shares = counts.map((count) => (draws * count) / total)
  const whole = shares.map(Math.floor)
  let missing = draws - whole.reduce((a, b) => a + b, 0)
  const remainders = shares.map((share) => share - Math.floor(share))
  for (const remainder of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing === 0) break
    const equal = remainders.flatMap((other, label) => (other === remainder ? [label] : []))
    const chosen = generator.choice(equal, Math.min(equal.length, missing))
    for (const label of chosen) whole[label] = (whole[label] ?? 0) + 1
    missing -= chosen.length
  }
  return whole
}
