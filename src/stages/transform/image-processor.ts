import { join } from 'node:path'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { materializedFile } from '../../artifacts/materialized-images.ts'
import { Model, modelFiles, readModelConfig, readPreprocessor } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { croppedMaterialized } from '../../errors/augmentation.ts'
import { missingPreprocessorConfig } from '../../errors/processing.ts'
import { augmentationOf, augmentationParams, checkAugmentation } from '../../images/augmentation/params.ts'
import { parsePreprocessorConfig } from '../../images/preprocessor-config.ts'
import { outputSize } from '../../images/processor.ts'
import { resizingOf } from '../../nn/families.ts'
import { defineStage } from '../../registry/stage.ts'

export default defineStage({
  uses: 'transform/image-processor',
  version: 3,
  summary: "Prepare images as the model's preprocessor_config.json says, on the fly or in one file.",
  params: Type.Object(
    {
      backend: Type.Enum(['pil', 'torchvision'], {
        default: 'pil',
        description:
          "Whose pixels to make: pil, those of Pillow; torchvision, those of transformers' fast image processors, the default in transformers 5.",
      }),
      augment: augmentationParams,
      materialize: Type.Boolean({
        default: false,
        description:
          'Decode and resize every image once, into a file of height × width × 3 bytes for each, which training and evaluation read.',
      }),
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset, model: Model },
  outputs: { data: ProcessedImages },
  metrics: {
    'transform/images': { unit: 'images', per: 'run', description: 'Images in the file, equal ones once.' },
    'transform/bytes': { unit: 'bytes', per: 'run', description: 'Size of the file, told before it is made.' },
  },
  needs: [],

  async check({ params, foreseen: { dataset = {} } }) {
    checkAugmentation(params.augment)
    if (params.materialize && params.augment.randomResizedCrop !== undefined) throw croppedMaterialized()
    return { data: dataset }
  },

  async run(ctx) {
    const { dataset, model } = ctx.inputs
    const json = await readPreprocessor(model.dir)
    if (json === undefined) throw missingPreprocessorConfig(model.dir)
    const processor = parsePreprocessorConfig(json, modelFiles.preprocessor, ctx.params.backend)
    const made = outputSize(processor)
    const resizing = made && resizingOf(await readModelConfig(model.dir), made, join(model.dir, modelFiles.config))
    if (resizing !== undefined) ctx.warn(resizing)
    const data = { dataset, processor, augmentation: augmentationOf(ctx.params.augment) }
    if (!ctx.params.materialize) return { data }

    const { materializeImages } = await import('../../images/materialize.ts')
    const file = join(ctx.scratch, materializedFile)
    await materializeImages(data, ctx.locate(dataset.source), file, {
      signal: ctx.signal,
      onSize(images, bytes) {
        ctx.metric('transform/images', images, 0)
        ctx.metric('transform/bytes', bytes, 0)
      },
      onProgress: (done, total) => ctx.progress(done, total, 'images'),
    })
    return { data: { ...data, materialized: { file } } }
  },
})
