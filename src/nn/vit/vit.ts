import * as tf from '@tensorflow/tfjs'
import type { Classifier, Tensors } from '../../registry/engine.ts'
import { attention } from '../layers/attention.ts'
import { gelu, tanhGelu } from '../layers/gelu.ts'
import { layerNorm } from '../layers/layer-norm.ts'
import { linear } from '../layers/linear.ts'
import { patchEmbedding } from '../layers/patch-embedding.ts'
import type { ClassifierOf } from '../layout.ts'
import { type HiddenActivation, type VitConfig, vitConfigOf } from './config.ts'
import { vitParameters } from './parameters.ts'

const activations: Readonly<Record<HiddenActivation, (x: tf.Tensor) => tf.Tensor>> = {
  gelu,
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  relu: tf.relu,
}

export const vitClassifier: ClassifierOf = (config, labels, where) => vit(vitConfigOf(config, where), labels)

/** Vision Transformer with a linear head on the class token, as transformers' `ViTForImageClassification`. */
export function vit(config: VitConfig, labels: readonly string[]): Classifier {
  return {
    family: 'vit',
    image: { ...config.image, channels: config.channels },
    labels,
    parameters: vitParameters(config, labels.length),
    buffers: [],
    features: (tensors, pixels) => {
      let hidden = embed(tensors, pixels)
      for (let i = 0; i < config.layers; i++) hidden = block(config, tensors, `vit.encoder.layer.${i}`, hidden)
      return norm(config, tensors, 'vit.layernorm', firstToken(hidden)) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}

function embed(parameters: Tensors, pixels: tf.Tensor4D): tf.Tensor {
  const projection = 'vit.embeddings.patch_embeddings.projection'
  const patches = patchEmbedding(pixels, at(parameters, `${projection}.weight`), at(parameters, `${projection}.bias`))
  const [n, , d] = patches.shape as [number, number, number]
  const classTokens = tf.add(at(parameters, 'vit.embeddings.cls_token'), tf.zeros([n, 1, d]))
  return tf.add(tf.concat([classTokens, patches], 1), at(parameters, 'vit.embeddings.position_embeddings'))
}

/** One transformer block; x and the result are `[n, tokens, d]`. */
function block(config: VitConfig, parameters: Tensors, name: string, x: tf.Tensor): tf.Tensor {
  const before = norm(config, parameters, `${name}.layernorm_before`, x)
  const project = (part: string) => dense(parameters, `${name}.attention.attention.${part}`, before)
  const mixed = attention(project('query'), project('key'), project('value'), config.heads)
  const attended = tf.add(dense(parameters, `${name}.attention.output.dense`, mixed), x)
  const after = norm(config, parameters, `${name}.layernorm_after`, attended)
  const activate = activations[config.hiddenActivation]
  const inner = activate(dense(parameters, `${name}.intermediate.dense`, after))
  return tf.add(dense(parameters, `${name}.output.dense`, inner), attended)
}

/** `[n, d]` of `[n, tokens, d]`. The compiler computes no other token of the last block where only this one is read. */
function firstToken(x: tf.Tensor): tf.Tensor {
  const [n, , d] = x.shape as [number, number, number]
  return tf.reshape(tf.slice(x, [0, 0, 0], [n, 1, d]), [n, d])
}

const dense = (parameters: Tensors, name: string, x: tf.Tensor) =>
  linear(x, at(parameters, `${name}.weight`), parameters[`${name}.bias`])

const norm = ({ layerNormEpsilon }: VitConfig, parameters: Tensors, name: string, x: tf.Tensor) =>
  layerNorm(x, at(parameters, `${name}.weight`), at(parameters, `${name}.bias`), layerNormEpsilon)

function at(parameters: Tensors, name: string): tf.Tensor {
  const tensor = parameters[name]
  if (tensor === undefined) throw new Error(`no parameter ${name}`)
  return tensor
}
