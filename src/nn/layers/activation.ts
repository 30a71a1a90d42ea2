import * as tf from '@tensorflow/tfjs'
import type { HiddenActivation } from '../hidden-activation.ts'
import { gelu, tanhGelu } from './gelu.ts'

/** Functions by transformers' names; any shape. */
export const activations: Readonly<Record<HiddenActivation, (x: tf.Tensor) => tf.Tensor>> = {
  gelu,
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  relu: tf.relu,
}
