import { absentClasses, type Dataset, lacksClasses } from '../artifacts/dataset.ts'
import { unreadableImages } from '../errors/data.ts'
import type { SourceTree, StageContext } from '../registry/stage.ts'
import type { loadMetrics } from './choice-params.ts'
import type { LabelledFolder } from './labelled-folder.ts'
import { verifyImages } from './verify.ts'

type Loading = Pick<
  StageContext<unknown, Record<never, never>, typeof loadMetrics>,
  'signal' | 'progress' | 'warn' | 'metric'
>

/**
 * The dataset of labelled images, each opened once, with what a reader should know of it said.
 * @throws XpError naming the images that cannot be read
 */
export async function readableDataset(
  ctx: Loading,
  root: string,
  source: SourceTree,
  { classes, parts, skipped }: LabelledFolder,
): Promise<Dataset> {
  if (skipped.length > 0) {
    const some = skipped.slice(0, 3).map((path) => JSON.stringify(path))
    const more = skipped.length > some.length ? ', …' : ''
    ctx.warn(`${skipped.length} files are not labelled images and were left out: ${some.join(', ')}${more}`)
  }
  const files = Object.values(parts).flatMap((examples) => examples.map(({ file }) => file))
  const bad = await verifyImages(source.root, files, {
    signal: ctx.signal,
    onProgress: (done) => ctx.progress(done, files.length, 'images checked'),
  })
  if (bad.length > 0) throw unreadableImages(root, bad)
  ctx.metric('load/images', files.length, 0)
  ctx.metric('load/classes', classes.length, 0)
  for (const [part, members] of Object.entries(parts)) {
    const absent = absentClasses(classes, members)
    if (absent.length > 0) ctx.warn(lacksClasses(part, absent))
    if (part !== 'all') ctx.metric(`load/${part}`, members.length, 0)
  }
  return { classes, source: source.digest, parts }
}
