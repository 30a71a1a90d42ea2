import type * as tf from '@tensorflow/tfjs'
import type { Tensors } from '../../registry/engine.ts'
import { layerNorm } from './layer-norm.ts'

/** The tensor of that name, which the model's list of parameters promises. */
export function named(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`no parameter ${name}`)
  return tensor
}

/** The layer normalisation `name` of a model: `<name>.weight` and `<name>.bias`, both `[d]`; x is `[..., d]`. */
export const norm = (tensors: Tensors, name: string, x: tf.Tensor, epsilon: number): tf.Tensor =>
  layerNorm(x, named(tensors, `${name}.weight`), named(tensors, `${name}.bias`), epsilon)
