import * as tf from '@tensorflow/tfjs'
import type { AdamOptions } from '../../registry/engine.ts'
import type { Optimizer } from './optimizer.ts'

/**
 * Adam (Kingma & Ba 2014, arXiv 1412.6980) and AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) in PyTorch's order
 * of operations: decay first, ε added after the bias correction of v. Slots: the moments `m` and `v`.
 */
export function adam({ name, beta1, beta2, epsilon, weightDecay }: AdamOptions): Optimizer {
  return {
    slots: ['m', 'v'],
    scalars: (step) => ({ biasCorrection1: 1 - beta1 ** step, biasCorrection2: 1 - beta2 ** step }),
    update({ weights, slots }, gradient, { learningRate, clipScale }, scalars, decay) {
      const [m, v] = [slots.m as tf.Tensor, slots.v as tf.Tensor]
      const decayed = decay && weightDecay !== 0
      const [biasCorrection1, biasCorrection2] = [scalars.biasCorrection1, scalars.biasCorrection2] as tf.Tensor[]
      // Without L2 the gradient is never scaled by itself: one pass less.
      const l2 = decayed && name === 'adam'
      const g = l2 ? tf.add(tf.mul(gradient, clipScale), tf.mul(weights, weightDecay)) : gradient
      const part1 = l2 ? tf.scalar(1 - beta1) : tf.mul(clipScale, 1 - beta1)
      const part2 = l2 ? tf.scalar(1 - beta2) : tf.mul(tf.square(clipScale), 1 - beta2)
      const nextM = tf.add(tf.mul(m, beta1), tf.mul(g, part1))
      const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), part2))
      const denominator = tf.add(tf.mul(tf.sqrt(nextV), tf.reciprocal(tf.sqrt(biasCorrection2 as tf.Tensor))), epsilon)
      const update = tf.mul(tf.div(nextM, denominator), tf.div(learningRate, biasCorrection1 as tf.Tensor))
      const kept = decayed && !l2 ? tf.mul(weights, tf.sub(1, tf.mul(learningRate, weightDecay))) : weights
      return { weights: tf.sub(kept, update), slots: { m: nextM, v: nextV } }
    },
  }
}
