import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { Model } from '../../artifacts/model.ts'
import { writeOwnModelFolder } from '../../artifacts/own-model-folder.ts'
import { imageSize, normalisation } from '../../nn/image-params.ts'
import { FilePath } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'

const params = Type.Object(
  {
    file: FilePath({
      description:
        'TypeScript or JavaScript file whose default export is defineModel(…) or a model of tf.layers; it imports nothing but xp and @tensorflow/tfjs.',
    }),
    imageSize,
    ...normalisation,
  },
  { additionalProperties: false },
)

async function open({ file, imageSize: side }: Static<typeof params>, labels?: readonly string[]) {
  const { modelOfFile } = await import('../../nn/own/model-of-file.ts')
  const { tryOut } = await import('../../nn/own/try-out.ts')
  const image = { height: side, width: side }
  const made = modelOfFile({ file, text: await readFile(file, 'utf8') }, labels, image)
  tryOut(made.classifier, file)
  return { ...made, image }
}

export default defineStage({
  uses: 'model/function',
  version: 1,
  summary: 'A model of your own from one file: tfjs functions, or layers of tf.layers, with fresh weights.',
  params,
  inputs: { dataset: Dataset },
  outputs: { model: Model },
  metrics: {},
  needs: ['seed'],
  async check({ params, foreseen }) {
    const { classes } = foreseen.dataset ?? {}
    await open(params, classes)
    return classes && { model: { classes } }
  },
  async run(ctx) {
    const { imageMean, imageStd } = ctx.params
    const { classes } = ctx.inputs.dataset
    const { initialValues, warning, ...made } = await open(ctx.params, classes)
    if (warning !== undefined) ctx.warn(warning)
    const dir = join(ctx.scratch, 'model')
    await rm(dir, { recursive: true, force: true })
    await writeOwnModelFolder(dir, {
      ...made,
      classes,
      imageMean,
      imageStd,
      weights: initialValues(ctx.seed),
      initialisedFrom: 'scratch',
    })
    return { model: { dir } }
  },
})
