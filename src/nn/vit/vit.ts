import type * as tf from '@tensorflow/tfjs'
import { dense } from '../layers/dense.ts'
import { embeddings } from '../layers/embeddings.ts'
import { norm } from '../layers/named.ts'
import { tokenAt } from '../layers/tokens.ts'
import type { ClassifierOf } from '../layout.ts'
import { vitBlock } from './block.ts'
import { vitConfigOf } from './config.ts'
import { vitParameters } from './parameters.ts'

/** Vision Transformer with a linear head on the class token, as transformers' `ViTForImageClassification`. */
export const vitClassifier: ClassifierOf = (json, labels, where, image) => {
  const config = vitConfigOf(json, where)
  const size = image ?? config.image
  const embed = embeddings(config, size, 'vit.embeddings', { learned: ['cls_token'], positions: true })
  return {
    family: 'vit',
    image: { height: size.height, width: size.width, channels: config.channels },
    labels,
    parameters: vitParameters(config, labels.length),
    buffers: [],
    features(tensors, pixels, mode) {
      let hidden = embed(tensors, pixels, mode)
      for (let i = 0; i < config.layers; i++) hidden = vitBlock(config, tensors, `vit.encoder.layer.${i}`, hidden, mode)
      return norm(tensors, 'vit.layernorm', tokenAt(hidden, 0), config.layerNormEpsilon) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}
