import { join } from 'node:path'
import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { Model, modelFiles, readModelConfig, readPreprocessor } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { missingPreprocessorConfig } from '../../errors/data.ts'
import { augmentationOf, augmentationParams, checkAugmentation } from '../../images/augmentation/params.ts'
import { parsePreprocessorConfig } from '../../images/preprocessor-config.ts'
import { outputSize } from '../../images/processor.ts'
import { resizingOf } from '../../nn/families.ts'
import { defineStage } from '../../registry/stage.ts'

export default defineStage({
  uses: 'transform/image-processor',
  version: 2,
  summary: "Prepare images as the model's preprocessor_config.json says, on the fly.",
  params: Type.Object(
    {
      backend: Type.Enum(['pil', 'torchvision'], {
        default: 'pil',
        description:
          "Whose pixels to make: pil, those of Pillow; torchvision, those of transformers' fast image processors, the default in transformers 5.",
      }),
      augment: augmentationParams,
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset, model: Model },
  outputs: { data: ProcessedImages },
  metrics: {},
  needs: [],

  async check({ params }) {
    checkAugmentation(params.augment)
  },

  async run(ctx) {
    const { dataset, model } = ctx.inputs
    const json = await readPreprocessor(model.dir)
    if (json === undefined) throw missingPreprocessorConfig(model.dir)
    const processor = parsePreprocessorConfig(json, modelFiles.preprocessor, ctx.params.backend)
    const made = outputSize(processor)
    const resizing = made && resizingOf(await readModelConfig(model.dir), made, join(model.dir, modelFiles.config))
    if (resizing !== undefined) ctx.warn(resizing)
    return { data: { dataset, processor, augmentation: augmentationOf(ctx.params.augment) } }
  },
})
