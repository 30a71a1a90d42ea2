import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '../artifacts/dataset.ts'
import type { FileTree } from '../artifacts/file-tree.ts'
import type { SourceTree, StageContext } from '../registry/stage.ts'
import { digestTree } from '../std/hash.ts'
import type { loadMetrics } from './choice-params.ts'
import { type Choice, chooseImages } from './choose-images.ts'
import { inspectedDataset, type Tolerance } from './inspected-dataset.ts'
import { type ColumnParams, imageColumns } from './parquet-columns.ts'
import { unpackParquet } from './parquet-images.ts'

type Unpacking = Pick<
  StageContext<Tolerance & Choice & ColumnParams, Record<never, never>, typeof loadMetrics>,
  'params' | 'scratch' | 'signal' | 'progress' | 'warn' | 'metric'
>

/**
 * The images of a folder of parquet files, written out, those that the params choose.
 * @param named what a reader knows the folder by
 * @throws XpError where files, rows or images do not fit
 */
export async function parquetDataset(
  ctx: Unpacking,
  named: string,
  source: SourceTree,
): Promise<{ readonly dataset: Dataset; readonly images: FileTree }> {
  const dir = join(ctx.scratch, 'images')
  await rm(dir, { recursive: true, force: true })
  const { files, labelled } = await unpackParquet(source, imageColumns(ctx.params), dir, {
    signal: ctx.signal,
    onProgress: (done, total) => ctx.progress(done, total, 'images unpacked'),
  })
  const chosen = chooseImages(named, labelled, ctx.params)
  const wanted = new Set(Object.values(chosen.parts).flatMap((examples) => examples.map(({ file }) => file)))
  const kept = files.filter(({ path }) => wanted.has(path))
  for (const { path } of files) if (!wanted.has(path)) await rm(join(dir, path))
  const tree = { root: dir, digest: digestTree(kept), files: kept }
  return { dataset: await inspectedDataset(ctx, named, tree, chosen), images: { dir } }
}
