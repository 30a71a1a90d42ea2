import { stat } from 'node:fs/promises'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import {
  classesWithoutImages,
  emptyImageFolder,
  missingImageFolder,
  noClassFolders,
  oneClassOnly,
  unreadableImages,
} from '../../errors/data.ts'
import { type ClassFolders, classFolders } from '../../images/folder.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, type SourceTree } from '../../registry/stage.ts'

/** @throws XpError when the folder is not one of at least two classes with images */
function classesOf(root: string, source: SourceTree | undefined): ClassFolders {
  const files = source?.files ?? []
  if (files.length === 0) throw emptyImageFolder(root)
  const found = classFolders(files)
  if (found.classes.length === 0) throw noClassFolders(root)
  const without = found.classes.filter((_, i) => found.images[i]?.length === 0)
  if (without.length > 0) throw classesWithoutImages(root, without)
  if (found.classes.length === 1) throw oneClassOnly(root, found.classes[0] ?? '')
  return found
}

export default defineStage({
  uses: 'load/imagefolder',
  version: 1,
  summary: 'Read a folder that holds one folder of images per class.',
  params: Type.Object(
    { root: TreePath({ description: 'The folder that holds the class folders.' }) },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: { dataset: Dataset },
  metrics: {
    'load/images': { unit: 'images', per: 'run', description: 'Images found.' },
    'load/classes': { unit: 'classes', per: 'run', description: 'Class folders found.' },
  },
  needs: [],
  async check({ params, sources }) {
    const found = await stat(params.root).catch(() => undefined)
    if (!found?.isDirectory()) throw missingImageFolder(params.root)
    classesOf(params.root, sources.root)
  },
  async run(ctx) {
    const source = ctx.sources.root as SourceTree
    const { classes, images, skipped } = classesOf(ctx.params.root, source)
    if (skipped.length > 0) {
      const some = skipped.slice(0, 3).map((path) => JSON.stringify(path))
      const more = skipped.length > some.length ? ', …' : ''
      ctx.warn(`${skipped.length} files are not images of a class and were left out: ${some.join(', ')}${more}`)
    }
    const all = images.flatMap((files, label) => files.map(({ path, sha256 }) => ({ file: path, sha256, label })))
    const { verifyImages } = await import('../../images/verify.ts')
    const bad = await verifyImages(
      source.root,
      all.map(({ file }) => file),
      { signal: ctx.signal, onProgress: (done) => ctx.progress(done, all.length, 'images checked') },
    )
    if (bad.length > 0) throw unreadableImages(ctx.params.root, bad)
    ctx.metric('load/images', all.length, 0)
    ctx.metric('load/classes', classes.length, 0)
    return { dataset: { classes, source: source.digest, parts: { all } } }
  },
})
