import { Type } from 'typebox'
import { absentClasses, Dataset, type Example, joinParts, lacksClasses, partToSplit } from '../../artifacts/dataset.ts'
import { emptyPart, splitFractions } from '../../errors/data.ts'
import { defineStage } from '../../registry/stage.ts'
import { sha256 } from '../../std/hash.ts'

const fraction = (part: string, rest: object) =>
  Type.Number({ minimum: 0, maximum: 1, description: `Fraction of each class for the part "${part}".`, ...rest })

/** @throws XpError unless the fractions add up to 1 */
function checkFractions(fractions: Readonly<Record<string, number>>): void {
  const sum = Object.values(fractions).reduce((a, b) => a + b, 0)
  if (!(Math.abs(sum - 1) <= 1e-9)) throw splitFractions(fractions)
}

/** Whole numbers that add up to `n`, each within 1 of its share: the cuts lie at the rounded cumulative shares. */
export function apportion(n: number, fractions: readonly number[]): readonly number[] {
  let share = 0
  const cuts = fractions.map((f) => {
    share += f
    return Math.round(n * share + 1e-9)
  })
  return cuts.map((cut, i) => cut - (cuts[i - 1] ?? 0))
}

/**
 * Splits examples into parts, each class in proportion. Within a class the images stand in the order of
 * SHA-256(seed, content, path), and the parts take consecutive runs of it: the order of the files does not matter, and
 * an added image moves at most one other across each cut. Each part keeps that order across classes.
 */
export function stratify(
  examples: readonly Example[],
  fractions: Readonly<Record<string, number>>,
  seed: number,
): Readonly<Record<string, readonly Example[]>> {
  const names = Object.keys(fractions)
  const ranked = examples
    .map((example) => ({ example, rank: sha256(JSON.stringify([seed, example.sha256, example.file])) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
  const size = new Map<number, number>()
  for (const { label } of examples) size.set(label, (size.get(label) ?? 0) + 1)
  const quota = new Map([...size].map(([label, n]) => [label, [...apportion(n, Object.values(fractions))]]))
  const parts: Record<string, Example[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (const { example } of ranked) {
    const left = quota.get(example.label) ?? []
    const part = left.findIndex((n) => n > 0)
    left[part] = (left[part] ?? 0) - 1
    parts[names[part] ?? '']?.push(example)
  }
  return parts
}

export default defineStage({
  uses: 'split/stratified',
  version: 2,
  summary: 'Split a dataset into named parts, each class in proportion.',
  params: Type.Object(
    {
      train: fraction('train', {}),
      validation: fraction('validation', { default: 0 }),
      test: fraction('test', { default: 0 }),
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
  async check({ params: { train, validation, test } }) {
    checkFractions({ train, validation, test })
  },
  async run(ctx) {
    const { train, validation, test, of } = ctx.params
    checkFractions({ train, validation, test })
    const fractions = Object.fromEntries(Object.entries({ train, validation, test }).filter(([, f]) => f > 0))
    const { classes, source } = ctx.inputs.dataset
    const { examples, others } = partToSplit(ctx.inputs.dataset, of)
    const made = stratify(examples, fractions, ctx.seed)
    const parts = joinParts(made, others, of)
    for (const [part, members] of Object.entries(made)) {
      if (members.length === 0) throw emptyPart(part, examples.length)
      const absent = absentClasses(classes, members)
      if (absent.length > 0) ctx.warn(lacksClasses(part, absent))
      ctx.metric(`split/${part}`, members.length, 0)
    }
    return { dataset: { classes, source, parts } }
  },
})
