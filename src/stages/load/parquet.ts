import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { FileTree } from '../../artifacts/file-tree.ts'
import { choiceParams, loadMetrics, toleranceParams } from '../../images/choice-params.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, type SourceTree } from '../../registry/stage.ts'
import { digestTree } from '../../std/hash.ts'

const params = Type.Object(
  {
    root: TreePath({
      description:
        'The folder, or archive (.zip, .tar, .tar.gz), of the parquet files; train-00000-of-00002.parquet, or train/0.parquet, is of the part train.',
      sources: ['folder', 'archive'],
    }),
    imageColumn: Type.String({
      default: 'image',
      minLength: 1,
      description: 'Column with the bytes of each image file, alone or as bytes beside path.',
    }),
    labelColumn: Type.String({
      default: 'label',
      minLength: 1,
      description: 'Column with the class of each image: its name, or its number where the file names the classes.',
    }),
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
  async check({ params: { imageColumn: image, labelColumn: label }, sources }) {
    const { openParquetFolder } = await import('../../images/parquet-images.ts')
    await openParquetFolder(sources.root as SourceTree, { image, label })
  },
  async run(ctx) {
    const { imageColumn: image, labelColumn: label, root } = ctx.params
    const [{ unpackParquet }, { chooseImages }, { inspectedDataset }] = await Promise.all([
      import('../../images/parquet-images.ts'),
      import('../../images/choose-images.ts'),
      import('../../images/inspected-dataset.ts'),
    ])
    const dir = join(ctx.scratch, 'images')
    await rm(dir, { recursive: true, force: true })
    const { files, labelled } = await unpackParquet(ctx.sources.root as SourceTree, { image, label }, dir, {
      signal: ctx.signal,
      onProgress: (done, total) => ctx.progress(done, total, 'images unpacked'),
    })
    const chosen = chooseImages(root, labelled, ctx.params)
    const wanted = new Set(Object.values(chosen.parts).flatMap((examples) => examples.map(({ file }) => file)))
    const kept = files.filter(({ path }) => wanted.has(path))
    for (const { path } of files) if (!wanted.has(path)) await rm(join(dir, path))
    const tree = { root: dir, digest: digestTree(kept), files: kept }
    return { dataset: await inspectedDataset(ctx, root, tree, chosen), images: { dir } }
  },
})
