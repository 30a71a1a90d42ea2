import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { activations } from '../layers/activation.ts'
import { dense } from '../layers/dense.ts'
import { norm } from '../layers/named.ts'
import { selfAttention } from '../layers/self-attention.ts'
import type { VitConfig } from './config.ts'

export interface BlockOptions {
  /** Added to attention's scores: `[heads, tokens, tokens]`. */
  readonly bias?: tf.Tensor
  /** What becomes of a branch before it is added to its input. */
  residual?(branch: tf.Tensor, which: 'attention' | 'mlp'): tf.Tensor
}

/** One block of ViT, DeiT or BEiT; x and the result are `[n, tokens, d]`. */
export function vitBlock(
  config: Omit<VitConfig, 'qkvBias'>,
  tensors: Tensors,
  name: string,
  x: tf.Tensor,
  mode: TrainingMode | undefined,
  { bias, residual = (branch) => branch }: BlockOptions = {},
): tf.Tensor {
  const { heads, attentionDropoutRate, layerNormEpsilon, hiddenActivation } = config
  const dropout = (y: tf.Tensor) => mode?.dropout(y, config.dropoutRate) ?? y
  const attend = { heads, dropoutRate: attentionDropoutRate, ...(bias === undefined ? {} : { bias }) }
  const before = norm(tensors, `${name}.layernorm_before`, x, layerNormEpsilon)
  const mixed = dropout(selfAttention(tensors, `${name}.attention`, before, attend, mode))
  const attended = tf.add(residual(mixed, 'attention'), x)
  const after = norm(tensors, `${name}.layernorm_after`, attended, layerNormEpsilon)
  const inner = activations[hiddenActivation](dense(tensors, `${name}.intermediate.dense`, after))
  return tf.add(residual(dropout(dense(tensors, `${name}.output.dense`, inner)), 'mlp'), attended)
}
