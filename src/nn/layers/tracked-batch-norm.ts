import * as tf from '@tensorflow/tfjs'
import { oneValuePerChannel } from '../../errors/models.ts'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { batchNorm } from './batch-norm.ts'

const momentum = 0.1
const epsilon = 1e-5

/**
 * The batch normalisation `name` of a model, as `torch.nn.BatchNorm2d` with its defaults: scoring uses the running
 * statistics; training uses the batch's and moves the running ones a tenth of the way, the variance divided by one less
 * than the number of values.
 * @param x `[..., c]`
 * @throws XpError in training on one value per channel
 */
export function trackedBatchNorm<T extends tf.Tensor>(tensors: Tensors, name: string, x: T, mode?: TrainingMode): T {
  const at = (part: string) => {
    const tensor = tensors[`${name}.${part}`]
    if (tensor === undefined) throw new Error(`no tensor ${name}.${part}`)
    return tensor
  }
  const [scale, shift] = [at('weight'), at('bias')]
  const running = { mean: at('running_mean') as tf.Tensor1D, variance: at('running_var') as tf.Tensor1D }
  if (mode === undefined) return batchNorm(x, scale, shift, running, epsilon).y
  const count = x.size / scale.size
  if (count === 1) throw oneValuePerChannel(name)
  const { y, mean, variance } = batchNorm(x, scale, shift, undefined, epsilon)
  const moved = (from: tf.Tensor, to: tf.Tensor) => tf.add(tf.mul(from, 1 - momentum), tf.mul(to, momentum))
  mode.setBuffer(`${name}.running_mean`, moved(running.mean, mean))
  mode.setBuffer(`${name}.running_var`, moved(running.variance, tf.mul(variance, count / (count - 1))))
  mode.setBuffer(`${name}.num_batches_tracked`, tf.add(at('num_batches_tracked'), 1))
  return y
}
