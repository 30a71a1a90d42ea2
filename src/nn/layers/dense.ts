import type * as tf from '@tensorflow/tfjs'
import type { Tensors } from '../../registry/engine.ts'
import { linear } from './linear.ts'

/**
 * The linear layer `name` of a model: `<name>.weight` `[out, in]` and, where the model has it, `<name>.bias` `[out]`.
 * @param x `[..., in]`
 * @returns `[..., out]`
 */
export function dense(tensors: Tensors, name: string, x: tf.Tensor): tf.Tensor {
  const weight = tensors[`${name}.weight`]
  if (weight === undefined) throw new Error(`no parameter ${name}.weight`)
  return linear(x, weight, tensors[`${name}.bias`])
}
