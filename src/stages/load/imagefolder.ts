import { stat } from 'node:fs/promises'
import { Type } from 'typebox'
import { absentClasses, Dataset, lacksClasses } from '../../artifacts/dataset.ts'
import { missingImageFolder, unreadableImages } from '../../errors/data.ts'
import type { Choice } from '../../images/choose-images.ts'
import type { LabelledFolder } from '../../images/labelled-folder.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, type SourceTree } from '../../registry/stage.ts'

type Params = Choice & { readonly root: string; readonly labelColumn: string }

/** @throws XpError where the folder does not hold what the params say */
async function chosenFolder(params: Params, source: SourceTree | undefined): Promise<LabelledFolder> {
  const [{ labelledFolder }, { chooseImages }] = await Promise.all([
    import('../../images/labelled-folder.ts'),
    import('../../images/choose-images.ts'),
  ])
  return chooseImages(params.root, await labelledFolder(params.root, source?.files ?? [], params.labelColumn), params)
}

export default defineStage({
  uses: 'load/imagefolder',
  version: 2,
  summary: 'Read a folder of images in class folders or with a metadata file, in parts or not.',
  params: Type.Object(
    {
      root: TreePath({
        description:
          'The folder that holds the class folders, or train/, validation/ and test/ with class folders in each. A metadata.csv or metadata.jsonl in it labels images by file_name instead.',
      }),
      labelColumn: Type.String({
        default: 'label',
        minLength: 1,
        description: 'Column of metadata.csv or metadata.jsonl that names the class of an image.',
      }),
      labels: Type.Optional(
        Type.Union(
          [
            Type.Array(Type.String({ minLength: 1 }), { minItems: 2 }),
            Type.Record(Type.String(), Type.String({ minLength: 1 })),
          ],
          {
            description:
              'A list: the classes to use, in the order of their labels. A table: new names of classes; several may get one name. By code point when absent.',
          },
        ),
      ),
      imagesPerClass: Type.Optional(
        Type.Integer({ minimum: 1, description: 'At most so many images of each class, of each part.' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, description: 'At most so many images of each part, for a quick trial.' }),
      ),
    },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: { dataset: Dataset },
  metrics: {
    'load/images': { unit: 'images', per: 'run', description: 'Images found.' },
    'load/*': { unit: 'images', per: 'run', description: 'Images found in a part, where folders are parts.' },
    'load/classes': { unit: 'classes', per: 'run', description: 'Classes found.' },
  },
  needs: [],
  async check({ params, sources }) {
    const found = await stat(params.root).catch(() => undefined)
    if (!found?.isDirectory()) throw missingImageFolder(params.root)
    await chosenFolder(params, sources.root)
  },
  async run(ctx) {
    const source = ctx.sources.root as SourceTree
    const { classes, parts, skipped } = await chosenFolder(ctx.params, source)
    if (skipped.length > 0) {
      const some = skipped.slice(0, 3).map((path) => JSON.stringify(path))
      const more = skipped.length > some.length ? ', …' : ''
      ctx.warn(`${skipped.length} files are not labelled images and were left out: ${some.join(', ')}${more}`)
    }
    const all = Object.values(parts).flat()
    const { verifyImages } = await import('../../images/verify.ts')
    const bad = await verifyImages(
      source.root,
      all.map(({ file }) => file),
      { signal: ctx.signal, onProgress: (done) => ctx.progress(done, all.length, 'images checked') },
    )
    if (bad.length > 0) throw unreadableImages(ctx.params.root, bad)
    ctx.metric('load/images', all.length, 0)
    ctx.metric('load/classes', classes.length, 0)
    for (const [part, members] of Object.entries(parts)) {
      const absent = absentClasses(classes, members)
      if (absent.length > 0) ctx.warn(lacksClasses(part, absent))
      if (part !== 'all') ctx.metric(`load/${part}`, members.length, 0)
    }
    return { dataset: { classes, source: source.digest, parts } }
  },
})
