import * as tf from '@tensorflow/tfjs'
import { dense } from '../layers/dense.ts'
import { embeddings } from '../layers/embeddings.ts'
import { named, norm } from '../layers/named.ts'
import { meanToken, tokenAt } from '../layers/tokens.ts'
import type { ClassifierOf } from '../layout.ts'
import { vitBlock } from '../vit/block.ts'
import { beitConfigOf, lastNorm, sharedTable, tableOf } from './config.ts'
import { beitBuffers, beitParameters } from './parameters.ts'
import { beitPositionBias } from './relative-position.ts'

/**
 * BEiT with a linear head on the mean of the patches, or on the class token where the config says so, as transformers'
 * `BeitForImageClassification`.
 */
export const beitClassifier: ClassifierOf = (json, labels, where, image) => {
  const config = beitConfigOf(json, where)
  const size = image ?? config.image
  const learned = ['cls_token']
  const embed = embeddings(config, size, 'beit.embeddings', { learned, positions: config.absolutePositions })
  const biasOf = beitPositionBias(config, size)
  return {
    family: 'beit',
    image: { height: size.height, width: size.width, channels: config.channels },
    labels,
    parameters: beitParameters(config, labels.length),
    buffers: beitBuffers(config),
    features(tensors, pixels, mode) {
      const shared = config.sharedRelativePositions ? [biasOf(named(tensors, sharedTable))] : []
      let hidden = embed(tensors, pixels, mode)
      for (let i = 0; i < config.layers; i++) {
        const name = `beit.encoder.layer.${i}`
        const own = config.relativePositions ? [biasOf(named(tensors, tableOf(name)))] : []
        const biases = [...shared, ...own]
        const dropPathRate = (config.dropPathRate * i) / Math.max(config.layers - 1, 1)
        hidden = vitBlock(config, tensors, name, hidden, mode, {
          ...(biases.length === 0 ? {} : { bias: biases.reduce((a, b) => tf.add(a, b)) }),
          residual(branch, which) {
            const scale = which === 'attention' ? 'lambda_1' : 'lambda_2'
            const scaled = config.layerScale > 0 ? tf.mul(named(tensors, `${name}.${scale}`), branch) : branch
            return mode?.dropPath(scaled, dropPathRate) ?? scaled
          },
        })
      }
      const pooled = config.meanPooling ? meanToken(hidden, 1) : tokenAt(hidden, 0)
      return norm(tensors, lastNorm(config), pooled, config.layerNormEpsilon) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}
