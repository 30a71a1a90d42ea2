import type * as tf from '@tensorflow/tfjs'
import { type Compiled, compile } from '../../compiler/compile.ts'
import type { Target } from '../../compiler/executor.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'

/** Names of the scalars that every update graph takes. */
export const stepScalars = ['learningRate', 'clipScale'] as const

export const nextOf = (part: string) => `next ${part}`

/**
 * (weights, the optimiser's slots, gradient: vectors of `length`; scalars) → next weights and slots, each written over
 * its input; an ONNX model. It knows no parameters: one serves every piece of a slab that is so long.
 */
export function updateGraph(length: number, decay: boolean, optimizer: Optimizer, target?: Target): Compiled {
  const state = ['weights', ...optimizer.slots]
  const own = Object.keys(optimizer.scalars(1))
  const float32 = (name: string, shape: readonly number[]) => ({ name, shape, dtype: 'float32' as const })
  const inputs = [
    ...[...state, 'gradient'].map((name) => float32(name, [length])),
    ...[...stepScalars, ...own].map((name) => float32(name, [])),
  ]
  const pick = (t: Record<string, tf.Tensor>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, t[name] as tf.Tensor]))
  const update = (t: Record<string, tf.Tensor>) => {
    const at = (name: string) => t[name] as tf.Tensor
    const next = optimizer.update(
      { weights: at('weights'), slots: pick(t, optimizer.slots) },
      at('gradient'),
      { learningRate: at('learningRate'), clipScale: at('clipScale') },
      pick(t, own),
      decay,
    )
    const parts = { weights: next.weights, ...next.slots }
    return Object.fromEntries(Object.entries(parts).map(([part, tensor]) => [nextOf(part), tensor]))
  }
  const inPlace = Object.fromEntries(state.map((part) => [nextOf(part), part]))
  return compile(inputs, update, { inPlace, ...(target === undefined ? {} : { target }) })
}
