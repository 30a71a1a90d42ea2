import * as tf from '@tensorflow/tfjs'
import type { TrainingMode } from '../../registry/engine.ts'
import { CounterRng } from '../../std/counter-rng.ts'

/** One random mask of a forward pass: elements are 0 with probability `rate`, else 1 / (1 − rate). */
export interface Mask {
  readonly shape: readonly number[]
  readonly rate: number
}

/** Which masks a step draws; with the position of a mask in the forward pass it names every random number. */
export interface MaskDraw {
  readonly seed: number
  /** Optimiser steps before this one. */
  readonly step: number
  readonly microBatch: number
}

/** Writes the mask at position `index` of the forward pass. */
export function fillMask(
  values: Float32Array,
  rate: number,
  { seed, step, microBatch }: MaskDraw,
  index: number,
): void {
  new CounterRng(seed, step, microBatch, index).fillMask(values, rate, 1 / (1 - rate))
}

/**
 * Dropout and stochastic depth by masks that `supply` answers in the order in which the model asks; a rate of 0 asks
 * for none. `setBuffer` is the caller's.
 */
export function maskedMode(supply: (mask: Mask) => tf.Tensor, setBuffer: TrainingMode['setBuffer']): TrainingMode {
  const masked = (x: tf.Tensor, rate: number, shape: readonly number[]) =>
    rate === 0 ? x : tf.mul(x, supply({ shape, rate }))
  return {
    dropout: (x, rate) => masked(x, rate, x.shape),
    dropPath: (x, rate) =>
      masked(
        x,
        rate,
        x.shape.map((length, axis) => (axis === 0 ? length : 1)),
      ),
    setBuffer,
  }
}
