import { join } from 'node:path'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { FileTree } from '../../artifacts/file-tree.ts'
import { defineStage } from '../../registry/stage.ts'
import { digestTree } from '../../std/hash.ts'

export default defineStage({
  uses: 'load/sample',
  version: 1,
  summary: 'Draw a small labelled set of shoes, sandals and boots, deterministic from the seed.',
  params: Type.Object(
    {
      perClass: Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 200,
        description: 'Images of each of the three classes.',
      }),
      size: Type.Integer({
        minimum: 16,
        maximum: 256,
        default: 32,
        description: 'Height and width of an image in pixels.',
      }),
    },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: { dataset: Dataset, images: FileTree },
  metrics: {
    'load/images': { unit: 'images', per: 'run', description: 'Images drawn.' },
    'load/classes': { unit: 'classes', per: 'run', description: 'Classes drawn.' },
  },
  needs: ['seed'],
  async check() {
    const { footwearKinds } = await import('../../images/footwear.ts')
    return { dataset: { classes: footwearKinds, parts: ['all'] } }
  },
  async run(ctx) {
    const [{ writeSampleImages }, { classFolders }, { rm }] = await Promise.all([
      import('../../images/shapes.ts'),
      import('../../images/folder.ts'),
      import('node:fs/promises'),
    ])
    const dir = join(ctx.scratch, 'images')
    await rm(dir, { recursive: true, force: true })
    const files = await writeSampleImages(dir, {
      seed: ctx.seed,
      perClass: ctx.params.perClass,
      size: ctx.params.size,
      signal: ctx.signal,
      onProgress: (done, total) => ctx.progress(done, total, 'images drawn'),
    })
    const { classes, images } = classFolders(files)
    const all = images.flatMap((members, label) => members.map(({ path, sha256 }) => ({ file: path, sha256, label })))
    ctx.metric('load/images', all.length, 0)
    ctx.metric('load/classes', classes.length, 0)
    return { dataset: { classes, source: digestTree(files), parts: { all } }, images: { dir } }
  },
})
