import * as tf from '@tensorflow/tfjs'
import { dense } from '../layers/dense.ts'
import { embeddings } from '../layers/embeddings.ts'
import { norm } from '../layers/named.ts'
import { tokenAt } from '../layers/tokens.ts'
import type { ClassifierOf } from '../layout.ts'
import { vitBlock } from '../vit/block.ts'
import { deitConfigOf, deitHeads } from './config.ts'
import { deitParameters } from './parameters.ts'

/**
 * DeiT. `DeiTForImageClassification` has a linear head on the class token. `...WithTeacher` has another on the
 * distillation token, features are both tokens side by side and logits the mean of both heads'. transformers uses that
 * one for inference only, since it computes no loss there; here the loss of the mean trains both heads.
 */
export const deitClassifier: ClassifierOf = (json, labels, where, image) => {
  const config = deitConfigOf(json, where)
  const size = image ?? config.image
  const heads = deitHeads(config)
  const learned = ['cls_token', 'distillation_token']
  const embed = embeddings(config, size, 'deit.embeddings', { learned, positions: true })
  return {
    family: 'deit',
    image: { height: size.height, width: size.width, channels: config.channels },
    labels,
    parameters: deitParameters(config, labels.length),
    buffers: [],
    features(tensors, pixels, mode) {
      let hidden = embed(tensors, pixels, mode)
      for (let i = 0; i < config.layers; i++)
        hidden = vitBlock(config, tensors, `deit.encoder.layer.${i}`, hidden, mode)
      const tokens = heads.map((_, i) => norm(tensors, 'deit.layernorm', tokenAt(hidden, i), config.layerNormEpsilon))
      return tf.concat(tokens, 1) as tf.Tensor2D
    },
    head(tensors, features) {
      if (!config.withTeacher) return dense(tensors, 'classifier', features) as tf.Tensor2D
      const tokens = tf.split(features, heads.length, 1)
      const [ofClass, ofTeacher] = heads.map((head, i) => dense(tensors, head, tokens[i] as tf.Tensor))
      return tf.div(tf.add(ofClass as tf.Tensor2D, ofTeacher as tf.Tensor2D), 2)
    },
  }
}
