import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { FileTree } from '../../artifacts/file-tree.ts'
import { choiceParams, groupParam, loadMetrics, toleranceParams } from '../../images/choice-params.ts'
import { imageColumnParams, imageColumns } from '../../images/parquet-columns.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, type SourceTree } from '../../registry/stage.ts'

const params = Type.Object(
  {
    repo: TreePath({
      description:
        'The dataset, owner/name, with @revision (main when absent) and /folder, or /archive.zip, where wanted: owner/name@refs/convert/parquet/default.',
      sources: ['hubDataset'],
    }),
    ...imageColumnParams,
    ...groupParam,
    ...choiceParams,
    ...toleranceParams,
  },
  { additionalProperties: false },
)
type Params = Static<typeof params>

/** Images lie in the rows of parquet files where there are any that are not a table about image files. */
const isParquet = ({ files }: SourceTree) =>
  files.some(({ path }) => /\.parquet$/i.test(path) && !/(^|\/)metadata\.parquet$/i.test(path))

async function chosenFolder(params: Params, source: SourceTree) {
  const [{ labelledFolder }, { chooseImages }] = await Promise.all([
    import('../../images/labelled-folder.ts'),
    import('../../images/choose-images.ts'),
  ])
  const columns = { label: params.labelColumn, group: params.groupColumn }
  const folder = await labelledFolder(source.root, source.files, columns, params.repo)
  return chooseImages(params.repo, folder, params)
}

export default defineStage({
  uses: 'load/hub',
  version: 1,
  summary: 'Read a dataset of the Hugging Face hub: parquet files with images, or image files in folders.',
  params,
  inputs: {},
  outputs: { dataset: Dataset, images: FileTree },
  metrics: loadMetrics,
  needs: [],
  async check({ params, sources }) {
    const source = sources.repo as SourceTree
    if (!isParquet(source)) {
      const { classes, parts } = await chosenFolder(params, source)
      return { dataset: { classes, parts: Object.keys(parts) } }
    }
    const { openParquetFolder } = await import('../../images/parquet-images.ts')
    const { files } = await openParquetFolder(source, imageColumns(params))
    return { dataset: { parts: [...new Set(files.map(({ part }) => part))] } }
  },
  async run(ctx) {
    const source = ctx.sources.repo as SourceTree
    const { repo } = ctx.params
    if (isParquet(source)) {
      const { parquetDataset } = await import('../../images/parquet-dataset.ts')
      return parquetDataset(ctx, repo, source)
    }
    const { inspectedDataset } = await import('../../images/inspected-dataset.ts')
    const dataset = await inspectedDataset(ctx, repo, source, await chosenFolder(ctx.params, source))
    // The images are used where they lie: none is written.
    const dir = join(ctx.scratch, 'none')
    await mkdir(dir, { recursive: true })
    return { dataset, images: { dir } }
  },
})
