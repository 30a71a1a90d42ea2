import type * as tf from '@tensorflow/tfjs'
import type { OptimizerSpec, Tensors } from '../../registry/engine.ts'
import { adam } from './adam.ts'
import { sgd } from './sgd.ts'

/** What every rule needs of a step beside its own scalars. */
export interface StepScalars {
  readonly learningRate: tf.Tensor
  /** Factor on the gradients; see `clipScale`. */
  readonly clipScale: tf.Tensor
}

/** A piece of the parameters with what the optimiser keeps of it, by slot; all of one shape. */
export type OptimizedPiece = { readonly weights: tf.Tensor; readonly slots: Tensors }

/** An update rule as a pure tfjs function, element by element. */
export interface Optimizer {
  /** Vectors it keeps for each parameter; they start at 0. */
  readonly slots: readonly string[]
  /** Its own scalars at update `step`, counted from 1; the names are the same at every step. */
  scalars(step: number): Readonly<Record<string, number>>
  /** @param decay whether weight decay applies to these parameters */
  update(
    piece: OptimizedPiece,
    gradient: tf.Tensor,
    step: StepScalars,
    scalars: Tensors,
    decay: boolean,
  ): OptimizedPiece
}

export const optimizerOf = (spec: OptimizerSpec): Optimizer => (spec.name === 'sgd' ? sgd(spec) : adam(spec))

/** Factor that brings gradients of L2 norm `gradNorm` to at most `maxGradNorm`, as PyTorch's clip_grad_norm_; 0 turns it off. */
export const clipScale = (gradNorm: number, maxGradNorm: number): number =>
  maxGradNorm === 0 ? 1 : Math.min(1, maxGradNorm / (gradNorm + 1e-6))
