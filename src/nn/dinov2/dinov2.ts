import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { activations } from '../layers/activation.ts'
import { dense } from '../layers/dense.ts'
import { embeddings } from '../layers/embeddings.ts'
import { named, norm } from '../layers/named.ts'
import { selfAttention } from '../layers/self-attention.ts'
import { meanToken, tokenAt } from '../layers/tokens.ts'
import type { ClassifierOf } from '../layout.ts'
import { type Dinov2Config, dinov2ConfigOf } from './config.ts'
import { dinov2Buffers, dinov2Parameters } from './parameters.ts'

/**
 * DINOv2 with a linear head on the class token beside the mean of the patches, as transformers'
 * `Dinov2ForImageClassification`. It is made to be used at other sizes than the config's.
 */
export const dinov2Classifier: ClassifierOf = (json, labels, where, image) => {
  const config = dinov2ConfigOf(json, where)
  const size = image ?? config.image
  const embed = embeddings(config, size, 'dinov2.embeddings', { learned: ['cls_token'], positions: true })
  return {
    family: 'dinov2',
    image: { height: size.height, width: size.width, channels: config.channels },
    labels,
    parameters: dinov2Parameters(config, labels.length),
    buffers: dinov2Buffers(config),
    features(tensors, pixels, mode) {
      let hidden = embed(tensors, pixels, mode)
      for (let i = 0; i < config.layers; i++) hidden = block(config, tensors, `dinov2.encoder.layer.${i}`, hidden, mode)
      const normal = norm(tensors, 'dinov2.layernorm', hidden, config.layerNormEpsilon)
      return tf.concat([tokenAt(normal, 0), meanToken(normal, 1)], 1)
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}

/** One block; x and the result are `[n, tokens, d]`. */
function block(
  config: Dinov2Config,
  tensors: Tensors,
  name: string,
  x: tf.Tensor,
  mode: TrainingMode | undefined,
): tf.Tensor {
  const { heads, attentionDropoutRate: dropoutRate, layerNormEpsilon, dropPathRate } = config
  const branch = (y: tf.Tensor, scale: string) => {
    const scaled = tf.mul(y, named(tensors, `${name}.${scale}.lambda1`))
    return mode?.dropPath(scaled, dropPathRate) ?? scaled
  }
  const before = norm(tensors, `${name}.norm1`, x, layerNormEpsilon)
  const mixed = selfAttention(tensors, `${name}.attention`, before, { heads, dropoutRate }, mode)
  const attended = tf.add(branch(mixed, 'layer_scale1'), x)
  const after = norm(tensors, `${name}.norm2`, attended, layerNormEpsilon)
  const inner = config.swiglu ? gated(tensors, `${name}.mlp`, after) : perceptron(config, tensors, `${name}.mlp`, after)
  return tf.add(branch(inner, 'layer_scale2'), attended)
}

const perceptron = ({ hiddenActivation }: Dinov2Config, tensors: Tensors, name: string, x: tf.Tensor) =>
  dense(tensors, `${name}.fc2`, activations[hiddenActivation](dense(tensors, `${name}.fc1`, x)))

/** Two products of x in one, the first of which gates the second by silu(x) = x · σ(x). */
function gated(tensors: Tensors, name: string, x: tf.Tensor): tf.Tensor {
  const [gate, value] = tf.split(dense(tensors, `${name}.weights_in`, x), 2, -1) as [tf.Tensor, tf.Tensor]
  return dense(tensors, `${name}.weights_out`, tf.mul(tf.mul(gate, tf.sigmoid(gate)), value))
}
