import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { layersModelFile, readLayersFolder } from '../../artifacts/layers-folder.ts'
import { Model } from '../../artifacts/model.ts'
import { writeOwnModelFolder } from '../../artifacts/own-model-folder.ts'
import { normalisation } from '../../nn/image-params.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'

const params = Type.Object(
  {
    folder: TreePath({
      description: 'Folder that model.save of tf.layers wrote: model.json and the weights beside it.',
    }),
    head: Type.Enum(['keep', 'new'], {
      default: 'keep',
      description:
        "The dense layer at the end: keep it, its numbers being the dataset's classes in order, or a new one for the classes, which follows featureLayer.",
    }),
    featureLayer: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The layer that a new head follows, by its name in model.json; what comes after it is left out. Where a new head is wanted and this is absent: the layer before the dense one at the end.',
      }),
    ),
    imageSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4096,
        description: 'Height and width of the images in pixels, for a model that takes any.',
      }),
    ),
    ...normalisation,
  },
  { additionalProperties: false },
)

async function open({ folder, head, featureLayer, imageSize }: Static<typeof params>, labels?: readonly string[]) {
  const { modelOfFolder } = await import('../../nn/own/model-of-folder.ts')
  const { tryOut } = await import('../../nn/own/try-out.ts')
  const options = {
    dir: folder,
    head,
    ...(featureLayer !== undefined && { featureLayer }),
    ...(imageSize !== undefined && { side: imageSize }),
  }
  const made = await modelOfFolder(await readLayersFolder(folder), labels, options)
  tryOut(made.classifier, join(folder, layersModelFile))
  return made
}

export default defineStage({
  uses: 'model/layers',
  version: 1,
  summary: 'A model of tf.layers as it was saved: model.json and its weights.',
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
    const { weights, warning, ...made } = await open(ctx.params, classes)
    if (warning !== undefined) ctx.warn(warning)
    const dir = join(ctx.scratch, 'model')
    await rm(dir, { recursive: true, force: true })
    await writeOwnModelFolder(dir, {
      ...made,
      classes,
      imageMean,
      imageStd,
      weights: weights(ctx.seed),
      initialisedFrom: layersModelFile,
    })
    return { model: { dir } }
  },
})
