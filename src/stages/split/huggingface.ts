import { Type } from 'typebox'
import { Dataset, type Example } from '../../artifacts/dataset.ts'
import { SplitManifest } from '../../artifacts/split-manifest.ts'
import { emptyPart, nothingToSplitOff, splitSize, tooFewForStratifying } from '../../errors/data.ts'
import { cannotKeepGroups, cannotKeepTogether } from '../../errors/splits.ts'
import { defineStage } from '../../registry/stage.ts'
import { foreseeSplit } from '../../splitting/foresee-split.ts'
import { leaksParam, partParam, splitDataset, splitMetrics } from '../../splitting/split-dataset.ts'
import { heldOut, stratifiedTrainTestSplit, trainTestSplit } from '../../splitting/train-test-split.ts'
import { compareCodePoints } from '../../std/code-points.ts'

const size = (part: string, rest: object) =>
  Type.Number({
    minimum: 0,
    description: `Below 1 the share of images for the part "${part}", else their number.`,
    ...rest,
  })

export default defineStage({
  uses: 'split/huggingface',
  version: 2,
  summary: "Split a dataset into the rows of Hugging Face's train_test_split.",
  params: Type.Object(
    {
      test: size('test', { default: 0 }),
      validation: size('validation', { default: 0 }),
      stratify: Type.Boolean({
        default: false,
        description: 'Each class in proportion: stratify_by_column="label".',
      }),
      ...partParam,
      ...leaksParam,
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset, manifest: SplitManifest },
  metrics: splitMetrics,
  needs: ['seed'],
  async check({ params, foreseen }) {
    for (const part of ['test', 'validation'] as const)
      if (params[part] >= 1 && !Number.isInteger(params[part])) throw splitSize(part, params[part])
    if (params.test === 0 && params.validation === 0) throw nothingToSplitOff()
    if (params.leaks === 'keepTogether') throw cannotKeepTogether()
    const held = (['validation', 'test'] as const).filter((part) => params[part] > 0)
    return foreseeSplit(foreseen.dataset ?? {}, params.of, ['train', ...held])
  },
  async run(ctx) {
    const { test, validation, stratify } = ctx.params
    const { classes } = ctx.inputs.dataset
    const hold = (examples: readonly Example[], part: string, held: number) => {
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
    return splitDataset(ctx, (examples) => {
      if (examples.some(({ group }) => group !== undefined)) throw cannotKeepGroups()
      // The order of an imagefolder in Hugging Face's datasets.
      let made: Dataset['parts'] = { train: examples.toSorted((a, b) => compareCodePoints(a.file, b.file)) }
      for (const [part, held] of Object.entries({ test, validation }))
        if (held > 0) made = { ...made, ...hold(made.train ?? [], part, held) }
      return made
    })
  },
})
