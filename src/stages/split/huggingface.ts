import { Type } from 'typebox'
import { absentClasses, Dataset, type Example, joinParts, lacksClasses, partToSplit } from '../../artifacts/dataset.ts'
import { emptyPart, nothingToSplitOff, splitSize, tooFewForStratifying } from '../../errors/data.ts'
import { defineStage } from '../../registry/stage.ts'
import { compareCodePoints } from '../../std/code-points.ts'
import { NumpyGenerator } from '../../std/numpy-generator.ts'

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

const heldOut = (n: number, size: number): number => (size < 1 ? Math.ceil(size * n) : size)

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

const size = (part: string, rest: object) =>
  Type.Number({
    minimum: 0,
    description: `Below 1 the share of images for the part "${part}", else their number.`,
    ...rest,
  })

export default defineStage({
  uses: 'split/huggingface',
  version: 1,
  summary: "Split a dataset into the rows of Hugging Face's train_test_split.",
  params: Type.Object(
    {
      test: size('test', { default: 0 }),
      validation: size('validation', { default: 0 }),
      stratify: Type.Boolean({
        default: false,
        description: 'Each class in proportion: stratify_by_column="label".',
      }),
      of: Type.Optional(
        Type.String({ minLength: 1, description: 'The part to split, where the dataset has parts already.' }),
      ),
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset },
  metrics: { 'split/*': { unit: 'images', per: 'run', description: 'Images in a part.' } },
  needs: ['seed'],
  async check({ params }) {
    for (const part of ['test', 'validation'] as const)
      if (params[part] >= 1 && !Number.isInteger(params[part])) throw splitSize(part, params[part])
    if (params.test === 0 && params.validation === 0) throw nothingToSplitOff()
  },
  async run(ctx) {
    const { test, validation, stratify, of } = ctx.params
    const { classes, source } = ctx.inputs.dataset
    const { examples: given, others } = partToSplit(ctx.inputs.dataset, of)
    // The order of an imagefolder in Hugging Face's datasets.
    const all = given.toSorted((a, b) => compareCodePoints(a.file, b.file))
    const split = (examples: readonly Example[], part: string, held: number) => {
      const n = heldOut(examples.length, held)
      if (n >= examples.length) throw emptyPart('train', examples.length)
      const labels = examples.map(({ label }) => label)
      if (stratify) {
        const counts = classes.map((_, label) => labels.filter((other) => other === label).length)
        const short = counts.findIndex((count) => count < 2)
        if (short >= 0 || Math.min(n, examples.length - n) < classes.length)
          throw tooFewForStratifying(part, n, classes, counts)
      }
      const rows = stratify
        ? stratifiedTrainTestSplit(labels, held, ctx.seed)
        : trainTestSplit(examples.length, held, ctx.seed)
      const take = (indices: readonly number[]) => indices.map((i) => examples[i] as Example)
      return { train: take(rows.train), [part]: take(rows.test) }
    }
    let made: Dataset['parts'] = { train: all }
    for (const [part, held] of Object.entries({ test, validation }))
      if (held > 0) made = { ...made, ...split(made.train ?? [], part, held) }
    const parts = joinParts(made, others, of)
    for (const [part, members] of Object.entries(made)) {
      const absent = absentClasses(classes, members)
      if (absent.length > 0) ctx.warn(lacksClasses(part, absent))
      ctx.metric(`split/${part}`, members.length, 0)
    }
    return { dataset: { classes, source, parts } }
  },
})
