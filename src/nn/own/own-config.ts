import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { fixedImageSize } from '../../errors/models.ts'
import { configReader } from '../config-reader.ts'
import type { ImageSize } from '../layout.ts'

/** `model_type` of a model that `model/function` made of functions. */
export const functionModelType = 'xp-function'

/** `model_type` of a model of tf.layers. */
export const layersModelType = 'tfjs-layers'

/** Values of `model_type` of people's own models. */
export const ownModelTypes: readonly string[] = [functionModelType, layersModelType]

/**
 * The size of the images that a model of one's own was made for.
 * @param where names the file in errors
 * @throws XP_FIXED_IMAGE_SIZE when other images are asked for
 */
export function ownImage(config: HuggingFaceConfig, where: string, asked?: ImageSize): ImageSize {
  const image = configReader(config, where).extent('image_size', 224)
  const text = ({ height, width }: ImageSize) => `${width} × ${height}`
  if (asked !== undefined && text(asked) !== text(image)) throw fixedImageSize(where, text(image), text(asked))
  return image
}
