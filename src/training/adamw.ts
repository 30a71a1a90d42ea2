import * as tf from '@tensorflow/tfjs'
import type { AdamOptions } from '../registry/engine.ts'

/** A piece of the parameters with what AdamW keeps of it; all of one shape. */
export type AdamWState = {
  readonly weights: tf.Tensor
  readonly m: tf.Tensor
  readonly v: tf.Tensor
}

/** What changes from step to step, each a scalar. */
export interface AdamWScalars<T = tf.Tensor> {
  readonly learningRate: T
  /** Factor on the gradients; see `clipScale`. */
  readonly clipScale: T
  /** 1 − β₁ᵗ at update t, counted from 1. */
  readonly biasCorrection1: T
  /** 1 − β₂ᵗ. */
  readonly biasCorrection2: T
}

/**
 * One AdamW update (Loshchilov & Hutter 2019, arXiv 1711.05101) in PyTorch's order of operations:
 * decay first, ε added after the bias correction of v.
 * @param decay whether weight decay applies to these parameters
 */
export function adamw(
  { weights, m, v }: AdamWState,
  gradient: tf.Tensor,
  { learningRate, clipScale, biasCorrection1, biasCorrection2 }: AdamWScalars,
  { beta1, beta2, epsilon, weightDecay }: AdamOptions,
  decay: boolean,
): AdamWState {
  const clippedPart1 = tf.mul(clipScale, 1 - beta1)
  const clippedPart2 = tf.mul(tf.square(clipScale), 1 - beta2)
  const nextM = tf.add(tf.mul(m, beta1), tf.mul(gradient, clippedPart1))
  const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), clippedPart2))
  const denominator = tf.add(tf.mul(tf.sqrt(nextV), tf.reciprocal(tf.sqrt(biasCorrection2))), epsilon)
  const update = tf.mul(tf.div(nextM, denominator), tf.div(learningRate, biasCorrection1))
  const kept = decay && weightDecay !== 0 ? tf.mul(weights, tf.sub(1, tf.mul(learningRate, weightDecay))) : weights
  return { weights: tf.sub(kept, update), m: nextM, v: nextV }
}

/** The scalars of update `step`, counted from 1. */
export function adamwScalars(
  step: number,
  learningRate: number,
  clipScale: number,
  { beta1, beta2 }: AdamOptions,
): AdamWScalars<number> {
  return { learningRate, clipScale, biasCorrection1: 1 - beta1 ** step, biasCorrection2: 1 - beta2 ** step }
}

/** Factor that brings gradients of L2 norm `gradNorm` to at most `maxGradNorm`, as PyTorch's clip_grad_norm_; 0 turns it off. */
export const clipScale = (gradNorm: number, maxGradNorm: number): number =>
  maxGradNorm === 0 ? 1 : Math.min(1, maxGradNorm / (gradNorm + 1e-6))
