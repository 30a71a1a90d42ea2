import type * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { attention } from './attention.ts'
import { dense } from './dense.ts'

export interface SelfAttention {
  readonly heads: number
  /** Of the probabilities. */
  readonly dropoutRate: number
  /** Added to the scores: `[heads, tokens, tokens]`. */
  readonly bias?: tf.Tensor
}

/**
 * Self-attention under the names that ViT, DeiT, DINOv2 and BEiT share on disk: `<name>.attention.{query,key,value}` and
 * `<name>.output.dense`.
 * @param x `[n, tokens, d]`, and so is the result
 */
export function selfAttention(
  tensors: Tensors,
  name: string,
  x: tf.Tensor,
  { heads, dropoutRate, bias }: SelfAttention,
  mode: TrainingMode | undefined,
): tf.Tensor {
  const project = (part: string) => dense(tensors, `${name}.attention.${part}`, x)
  const mixed = attention(project('query'), project('key'), project('value'), heads, {
    ...(bias === undefined ? {} : { bias }),
    ...(mode === undefined ? {} : { dropout: (probabilities) => mode.dropout(probabilities, dropoutRate) }),
  })
  return dense(tensors, `${name}.output.dense`, mixed)
}
