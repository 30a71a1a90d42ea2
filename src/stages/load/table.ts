import { stat } from 'node:fs/promises'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { missingImageFolder } from '../../errors/data.ts'
import { missingTable } from '../../errors/label-table.ts'
import { choiceParams, groupParam, loadMetrics, toleranceParams } from '../../images/choice-params.ts'
import type { Choice } from '../../images/choose-images.ts'
import type { LabelledFolder } from '../../images/labelled-folder.ts'
import { FilePath, TreePath } from '../../registry/params.ts'
import { defineStage, locationOf, type SourceTree } from '../../registry/stage.ts'

interface Params extends Choice {
  readonly file: string
  readonly root: string
  readonly pathColumn: string
  readonly labelColumn: string
  readonly partColumn?: string
  readonly groupColumn?: string
}

/** @throws XpError where the table, or the folder, does not hold what the params say */
async function chosenImages(params: Params, source: SourceTree | undefined): Promise<LabelledFolder> {
  const { file, pathColumn, labelColumn, partColumn, groupColumn } = params
  const [{ labelledTable }, { chooseImages }] = await Promise.all([
    import('../../images/labelled-table.ts'),
    import('../../images/choose-images.ts'),
  ])
  const part = partColumn === undefined ? {} : { part: partColumn }
  const group = groupColumn === undefined ? {} : { group: groupColumn }
  const columns = { file: pathColumn, label: labelColumn, ...part, ...group }
  return chooseImages(file, await labelledTable(file, source?.files ?? [], columns), params)
}

const column = (standard: string, description: string) => Type.String({ default: standard, minLength: 1, description })

export default defineStage({
  uses: 'load/table',
  version: 3,
  summary: 'Read the images that a table lists (.csv, .jsonl or .parquet), with their classes and parts.',
  params: Type.Object(
    {
      file: FilePath({
        description: 'The table: .csv with a line of column names, .jsonl with an object a line, or .parquet.',
      }),
      root: TreePath({
        description:
          "The folder, archive (.zip, .tar, .tar.gz) or place on the hub (hf://datasets/owner/name) that the table's paths start from.",
        sources: ['folder', 'archive', 'hubDataset'],
      }),
      pathColumn: column('path', 'Column with the path of each image.'),
      labelColumn: column('label', 'Column with the class of each image.'),
      partColumn: Type.Optional(
        Type.String({ minLength: 1, description: 'Column that says train, validation or test; one part when absent.' }),
      ),
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
    if (!(await stat(params.file).catch(() => undefined))?.isFile()) throw missingTable(params.file)
    if (!(await stat(locationOf(params.root, sources.root)).catch(() => undefined))?.isDirectory())
      throw missingImageFolder(params.root)
    const { classes, parts } = await chosenImages(params, sources.root)
    return { dataset: { classes, parts: Object.keys(parts) } }
  },
  async run(ctx) {
    const source = ctx.sources.root as SourceTree
    const { inspectedDataset } = await import('../../images/inspected-dataset.ts')
    return { dataset: await inspectedDataset(ctx, ctx.params.root, source, await chosenImages(ctx.params, source)) }
  },
})
