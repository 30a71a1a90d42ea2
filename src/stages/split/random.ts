import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { SplitManifest } from '../../artifacts/split-manifest.ts'
import { defineStage } from '../../registry/stage.ts'
import { splitByHash } from '../../splitting/by-hash.ts'
import { foreseeSplit } from '../../splitting/foresee-split.ts'
import { fractionParams, fractionsOf } from '../../splitting/fractions.ts'
import { leaksParam, partParam, splitDataset, splitMetrics, unitsToSplit } from '../../splitting/split-dataset.ts'

export default defineStage({
  uses: 'split/random',
  version: 1,
  summary: 'Split a dataset by a hash of each image: shares on average, and no image ever changes its part.',
  params: Type.Object(
    { ...fractionParams('the images, on average,'), ...partParam, ...leaksParam },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset, manifest: SplitManifest },
  metrics: splitMetrics,
  needs: ['seed'],
  async check({ params, foreseen }) {
    return foreseeSplit(foreseen.dataset ?? {}, params.of, Object.keys(fractionsOf(params)))
  },
  async run(ctx) {
    const fractions = fractionsOf(ctx.params)
    return splitDataset(ctx, (examples) => splitByHash(unitsToSplit(examples, ctx.params), fractions, ctx.seed))
  },
})
