import * as tf from '@tensorflow/tfjs'
import type { SgdOptions } from '../../registry/engine.ts'
import type { Optimizer } from './optimizer.ts'

/**
 * Stochastic gradient descent as `torch.optim.SGD` without dampening: L2 in the gradient, the learning rate outside the
 * momentum. Slot: `momentum`, where it is used; from 0 its first value is the gradient, as PyTorch's.
 */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    slots: momentum === 0 ? [] : ['momentum'],
    scalars: () => ({}),
    update({ weights, slots }, gradient, { learningRate, clipScale }, _, decay) {
      const clipped = tf.mul(gradient, clipScale)
      const g = decay && weightDecay !== 0 ? tf.add(clipped, tf.mul(weights, weightDecay)) : clipped
      if (momentum === 0) return { weights: tf.sub(weights, tf.mul(g, learningRate)), slots: {} }
      const next = tf.add(tf.mul(slots.momentum as tf.Tensor, momentum), g)
      const direction = nesterov ? tf.add(g, tf.mul(next, momentum)) : next
      return { weights: tf.sub(weights, tf.mul(direction, learningRate)), slots: { momentum: next } }
    },
  }
}
