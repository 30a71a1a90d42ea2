import { stat } from 'node:fs/promises'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { missingImageFolder } from '../../errors/data.ts'
import { choiceParams, groupParam, loadMetrics, toleranceParams } from '../../images/choice-params.ts'
import type { Choice } from '../../images/choose-images.ts'
import type { LabelledFolder } from '../../images/labelled-folder.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, locationOf, type SourceTree } from '../../registry/stage.ts'

type Params = Choice & { readonly root: string; readonly labelColumn: string; readonly groupColumn?: string }

/** @throws XpError where the folder does not hold what the params say */
async function chosenFolder(params: Params, source: SourceTree | undefined): Promise<LabelledFolder> {
  const [{ labelledFolder }, { chooseImages }] = await Promise.all([
    import('../../images/labelled-folder.ts'),
    import('../../images/choose-images.ts'),
  ])
  const { root = params.root, files = [] } = source ?? {}
  const columns = { label: params.labelColumn, group: params.groupColumn }
  return chooseImages(params.root, await labelledFolder(root, files, columns, params.root), params)
}

export default defineStage({
  uses: 'load/imagefolder',
  version: 4,
  summary: 'Read a folder of images in class folders or with a metadata file, in parts or not.',
  params: Type.Object(
    {
      root: TreePath({
        description:
          'The folder, archive (.zip, .tar, .tar.gz) or place on the hub (hf://datasets/owner/name) that holds the class folders, or train/, validation/ and test/ with class folders in each. A metadata.csv, metadata.jsonl or metadata.parquet in it labels images by file_name instead.',
        sources: ['folder', 'archive', 'hubDataset'],
      }),
      labelColumn: Type.String({
        default: 'label',
        minLength: 1,
        description: 'Column of the metadata file that names the class of an image.',
      }),
      ...groupParam,
      ...choiceParams,
      ...toleranceParams,
    },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: { dataset: Dataset },
  metrics: loadMetrics,
  needs: [],
  async check({ params, sources }) {
    const found = await stat(locationOf(params.root, sources.root)).catch(() => undefined)
    if (!found?.isDirectory()) throw missingImageFolder(params.root)
    const { classes, parts } = await chosenFolder(params, sources.root)
    return { dataset: { classes, parts: Object.keys(parts) } }
  },
  async run(ctx) {
    const source = ctx.sources.root as SourceTree
    const { inspectedDataset } = await import('../../images/inspected-dataset.ts')
    return { dataset: await inspectedDataset(ctx, ctx.params.root, source, await chosenFolder(ctx.params, source)) }
  },
})
