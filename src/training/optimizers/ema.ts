import * as tf from '@tensorflow/tfjs'
import type { Optimizer } from './optimizer.ts'

/** Slot of the moving average. Unlike the others it starts at the weights. */
export const emaSlot = 'ema'

/**
 * An optimiser that also keeps an exponential moving average of the weights after each update:
 * average ← decay · average + (1 − decay) · weights, as `torch.optim.swa_utils.get_ema_multi_avg_fn(decay)` with the
 * average started at the weights before the first update, which is also timm's `ModelEmaV3`.
 */
export function withEma(optimizer: Optimizer, decay: number): Optimizer {
  return {
    slots: [...optimizer.slots, emaSlot],
    scalars: (step) => optimizer.scalars(step),
    update({ weights, slots }, ...rest) {
      const next = optimizer.update({ weights, slots }, ...rest)
      const average = tf.add(tf.mul(slots[emaSlot] as tf.Tensor, decay), tf.mul(next.weights, 1 - decay))
      return { weights: next.weights, slots: { ...next.slots, [emaSlot]: average } }
    },
  }
}
