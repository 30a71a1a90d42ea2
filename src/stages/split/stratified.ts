import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { SplitManifest } from '../../artifacts/split-manifest.ts'
import { manifestPartUnknown } from '../../errors/splits.ts'
import { readSplitTable } from '../../images/split-table.ts'
import { FilePath } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'
import { deal, type Fractions } from '../../splitting/deal.ts'
import { foreseeSplit } from '../../splitting/foresee-split.ts'
import { fractionParams, fractionsOf } from '../../splitting/fractions.ts'
import { leaksParam, partParam, splitDataset, splitMetrics, unitsToSplit } from '../../splitting/split-dataset.ts'

/** The parts that a manifest says, of images by path. @throws XpError where one of them gets nothing of the split */
async function keptParts(manifest: string | undefined, fractions: Fractions): Promise<ReadonlyMap<string, string>> {
  if (manifest === undefined) return new Map()
  const kept = await readSplitTable(manifest)
  const parts = Object.keys(fractions)
  const unknown = [...kept.values()].find((part) => !parts.includes(part))
  if (unknown !== undefined) throw manifestPartUnknown(manifest, unknown, parts)
  return kept
}

export default defineStage({
  uses: 'split/stratified',
  version: 3,
  summary: 'Split a dataset into named parts, each class in proportion.',
  params: Type.Object(
    {
      ...fractionParams('each class'),
      manifest: Type.Optional(
        FilePath({
          description:
            'The split.csv of an earlier split: its images stay in their parts, and only the others are dealt out.',
        }),
      ),
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
    const fractions = fractionsOf(params)
    await keptParts(params.manifest, fractions)
    return foreseeSplit(foreseen.dataset ?? {}, params.of, Object.keys(fractions))
  },
  async run(ctx) {
    const fractions = fractionsOf(ctx.params)
    const kept = await keptParts(ctx.params.manifest, fractions)
    return splitDataset(ctx, (examples) => deal(unitsToSplit(examples, ctx.params), fractions, ctx.seed, kept))
  },
})
