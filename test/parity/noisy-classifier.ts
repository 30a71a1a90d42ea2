import * as tf from '@tensorflow/tfjs'
import type { Classifier } from '../../src/registry/engine.ts'
import { tinyClassifier } from './tiny-classifier.ts'

export interface Rates {
  readonly dropout: number
  readonly dropPath: number
}

/**
 * The tiny classifier with all that a model may do in training only: its features pass through stochastic depth and
 * dropout, and are centred by a running mean that training moves, as BatchNorm's.
 */
export function noisyClassifier({ dropout, dropPath }: Rates): Classifier {
  return {
    ...tinyClassifier,
    family: 'noisy',
    buffers: [
      { name: 'running_mean', shape: [5], dtype: 'float32' },
      { name: 'num_batches_tracked', shape: [], dtype: 'int64' },
    ],
    features(tensors, pixels, mode) {
      const x = tinyClassifier.features(tensors, pixels)
      const running = tensors.running_mean as tf.Tensor
      if (mode === undefined) return tf.sub(x, running)
      const mean = tf.mean(x, 0)
      mode.setBuffer('running_mean', tf.add(tf.mul(running, 0.9), tf.mul(mean, 0.1)))
      mode.setBuffer('num_batches_tracked', tf.add(tensors.num_batches_tracked as tf.Tensor, 1))
      const centred = tf.sub(x, mean)
      return tf.add(mode.dropPath(tf.square(centred), dropPath), mode.dropout(centred, dropout)) as tf.Tensor2D
    },
    head: (tensors, features, mode) =>
      tinyClassifier.head(tensors, (mode?.dropout(features, dropout) ?? features) as tf.Tensor2D),
  }
}
