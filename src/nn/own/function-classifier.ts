import * as tf from '@tensorflow/tfjs'
import { badOwnModel } from '../../errors/models.ts'
import type { Classifier } from '../../registry/engine.ts'
import type { OwnModel } from '../../registry/own-model.ts'
import type { ImageSize } from '../layout.ts'
import { guarded, type ModelSource } from './model-source.ts'
import { functionModelType } from './own-config.ts'
import { ownBuffers, ownParameters } from './own-parts.ts'

/**
 * The classifier of a model of one's own. Its functions' errors name the line of the model file.
 * @param labels undefined while they are not known: then the head may give any number of logits
 * @throws from its functions XP_MODEL_FILE_FAILED, XP_BAD_OWN_MODEL
 */
export function functionClassifier(
  model: OwnModel,
  source: ModelSource,
  labels: readonly string[] | undefined,
  image: ImageSize,
): Classifier {
  const matrix = (part: 'features' | 'head', y: unknown, size: number, width?: number): tf.Tensor2D => {
    const fits = y instanceof tf.Tensor && y.rank === 2 && y.shape[0] === size && (width ?? y.shape[1]) === y.shape[1]
    const found = y instanceof tf.Tensor ? `[${y.shape.join(', ')}]` : `a ${typeof y}`
    const wanted = part === 'features' ? '[images, d]' : `[images, labels] (${width ?? 'any'} labels)`
    if (!fits) throw badOwnModel(source.file, `${part}.forward gives ${found} for ${size} images, not ${wanted}`)
    return y as tf.Tensor2D
  }
  return {
    family: functionModelType,
    image: { ...image, channels: 3 },
    labels: labels ?? [],
    parameters: ownParameters(model),
    buffers: ownBuffers(model),
    features: (tensors, pixels, mode) => {
      const y = guarded(source, () => model.features.forward(tensors, pixels, mode))
      return matrix('features', y, pixels.shape[0])
    },
    head: (tensors, features, mode) => {
      const y = guarded(source, () => model.head.forward(tensors, features, mode))
      return matrix('head', y, features.shape[0], labels?.length)
    },
  }
}
