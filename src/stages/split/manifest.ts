import { Type } from 'typebox'
import { Dataset, type Example } from '../../artifacts/dataset.ts'
import { SplitManifest } from '../../artifacts/split-manifest.ts'
import { listedButAbsent, unlistedImages } from '../../errors/splits.ts'
import { readSplitTable } from '../../images/split-table.ts'
import { FilePath } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'
import { foreseeSplit } from '../../splitting/foresee-split.ts'
import { partParam, splitDataset, splitMetrics } from '../../splitting/split-dataset.ts'

export default defineStage({
  uses: 'split/manifest',
  version: 1,
  summary: 'Split a dataset as a table says, such as the split.csv of an earlier split.',
  params: Type.Object(
    {
      file: FilePath({
        description: "The table, .csv, .jsonl or .parquet: columns file, relative to the images' folder, and part.",
      }),
      unlisted: Type.Union([Type.Literal('fail'), Type.Literal('leaveOut')], {
        default: 'fail',
        description: 'What becomes of images that the table does not list: fail, or leaveOut.',
      }),
      ...partParam,
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset, manifest: SplitManifest },
  metrics: splitMetrics,
  needs: [],
  async check({ params, foreseen }) {
    const listed = await readSplitTable(params.file)
    return foreseeSplit(foreseen.dataset ?? {}, params.of, [...new Set(listed.values())])
  },
  async run(ctx) {
    const { file: manifest, unlisted } = ctx.params
    const listed = await readSplitTable(manifest)
    return splitDataset(ctx, (examples) => {
      const parts: Record<string, Example[]> = {}
      const [left, present] = [[] as string[], new Set<string>()]
      for (const example of examples) {
        const part = listed.get(example.file)
        if (part === undefined) left.push(example.file)
        else {
          present.add(example.file)
          parts[part] ??= []
          parts[part].push(example)
        }
      }
      if (left.length > 0 && (unlisted === 'fail' || present.size === 0)) throw unlistedImages(manifest, left)
      if (left.length > 0) ctx.warn(`${left.length} images are not in ${manifest} and were left out`)
      const absent = [...listed.keys()].filter((file) => !present.has(file))
      if (absent.length > 0) ctx.warn(listedButAbsent(manifest, absent))
      return parts
    })
  },
})
