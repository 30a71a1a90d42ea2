import { Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { Model, modelFiles, readModelConfig, readPreprocessor } from '../../artifacts/model.ts'
import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { imageSizeMismatch, missingPreprocessorConfig } from '../../errors/data.ts'
import { parsePreprocessorConfig } from '../../images/preprocessor-config.ts'
import { outputSize } from '../../images/processor.ts'
import { defineStage } from '../../registry/stage.ts'

/** `image_size` of a config.json: one number or `[height, width]`; undefined where the architecture has none. */
function imageSizeOf({ image_size: size }: HuggingFaceConfig): { height: number; width: number } | undefined {
  if (typeof size === 'number') return { height: size, width: size }
  return Array.isArray(size) && size.length === 2 ? { height: size[0], width: size[1] } : undefined
}

export default defineStage({
  uses: 'transform/image-processor',
  version: 1,
  summary: "Prepare images as the model's preprocessor_config.json says, on the fly.",
  params: Type.Object(
    {
      augment: Type.Object(
        {
          horizontalFlip: Type.Number({
            minimum: 0,
            maximum: 1,
            default: 0,
            description: 'Probability that a training image is mirrored left to right, drawn anew each epoch.',
          }),
        },
        { additionalProperties: false, default: {}, description: 'Random changes to training images.' },
      ),
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset, model: Model },
  outputs: { data: ProcessedImages },
  metrics: {},
  needs: [],
  async run(ctx) {
    const { dataset, model } = ctx.inputs
    const json = await readPreprocessor(model.dir)
    if (json === undefined) throw missingPreprocessorConfig(model.dir)
    const processor = parsePreprocessorConfig(json, modelFiles.preprocessor)
    const made = outputSize(processor)
    const taken = imageSizeOf(await readModelConfig(model.dir))
    if (made && taken && (made.height !== taken.height || made.width !== taken.width)) {
      throw imageSizeMismatch(made, taken)
    }
    return { data: { dataset, processor, augmentation: { horizontalFlip: ctx.params.augment.horizontalFlip } } }
  },
})
