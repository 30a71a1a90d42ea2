import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { SplitManifest } from '../../artifacts/split-manifest.ts'
import { noSuchFold } from '../../errors/splits.ts'
import { defineStage } from '../../registry/stage.ts'
import { foldOf } from '../../splitting/fold.ts'
import { foreseeSplit } from '../../splitting/foresee-split.ts'
import { leaksParam, partParam, splitDataset, splitMetrics, unitsToSplit } from '../../splitting/split-dataset.ts'

export default defineStage({
  uses: 'split/kfold',
  version: 1,
  summary: 'One fold of a k-fold cross-validation, each class in proportion: the fold validates, the others train.',
  params: Type.Object(
    {
      folds: Type.Integer({ minimum: 2, default: 5, description: 'Number of folds.' }),
      fold: Type.Integer({
        minimum: 0,
        default: 0,
        description: 'The fold that is the part "validation", from 0. Over all folds, each image is in it once.',
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
  async check({ params: { fold, folds, of }, foreseen }) {
    if (fold >= folds) throw noSuchFold(fold, folds)
    return foreseeSplit(foreseen.dataset ?? {}, of, ['train', 'validation'])
  },
  async run(ctx) {
    const { fold, folds } = ctx.params
    if (fold >= folds) throw noSuchFold(fold, folds)
    return splitDataset(ctx, (examples) => foldOf(unitsToSplit(examples, ctx.params), folds, fold, ctx.seed))
  },
})
