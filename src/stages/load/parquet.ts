import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { FileTree } from '../../artifacts/file-tree.ts'
import { choiceParams, groupParam, loadMetrics, toleranceParams } from '../../images/choice-params.ts'
import { imageColumnParams, imageColumns } from '../../images/parquet-columns.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, type SourceTree } from '../../registry/stage.ts'

const params = Type.Object(
  {
    root: TreePath({
      description:
        'The folder, archive (.zip, .tar, .tar.gz) or place on the hub (hf://datasets/owner/name/folder) of the parquet files; train-00000-of-00002.parquet, or train/0.parquet, is of the part train.',
      sources: ['folder', 'archive', 'hubDataset'],
    }),
    ...imageColumnParams,
    ...groupParam,
    ...choiceParams,
    ...toleranceParams,
  },
  { additionalProperties: false },
)

export default defineStage({
  uses: 'load/parquet',
  version: 2,
  summary: 'Read images and labels from parquet files, as Hugging Face exports datasets.',
  params,
  inputs: {},
  outputs: { dataset: Dataset, images: FileTree },
  metrics: loadMetrics,
  needs: [],
  async check({ params, sources }) {
    const { openParquetFolder } = await import('../../images/parquet-images.ts')
    const { files } = await openParquetFolder(sources.root as SourceTree, imageColumns(params))
    return { dataset: { parts: [...new Set(files.map(({ part }) => part))] } }
  },
  async run(ctx) {
    const { parquetDataset } = await import('../../images/parquet-dataset.ts')
    return parquetDataset(ctx, ctx.params.root, ctx.sources.root as SourceTree)
  },
})
