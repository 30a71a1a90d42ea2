import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { type AdamWState, adamw, adamwScalars, clipScale } from '../../src/training/adamw.ts'
import golden from '../goldens/adamw.json' with { type: 'json' }
import { excess, tolerances } from '../tolerances.ts'

const optimizer = { name: 'adamw' as const, ...golden.optimizer }
const names = ['decayed', 'undecayed'] as const

/** The worst violation of the tolerance over all steps of PyTorch's trace; `perturb` changes one rule. */
function worstAgainstTorch(perturb: { firstStep?: number; noDecay?: boolean; maxGradNorm?: number } = {}): number {
  let worst = 0
  const states = new Map<string, AdamWState>(
    names.map((name) => {
      const weights = tf.tensor1d(golden.start[name])
      return [name, { weights, m: tf.zerosLike(weights), v: tf.zerosLike(weights) }]
    }),
  )
  for (const [i, { gradients, learningRate, gradNorm, after }] of golden.steps.entries()) {
    const clip = clipScale(gradNorm, perturb.maxGradNorm ?? golden.maxGradNorm)
    const numbers = adamwScalars(i + (perturb.firstStep ?? 1), learningRate, clip, optimizer)
    const scalars = {
      learningRate: tf.scalar(numbers.learningRate),
      clipScale: tf.scalar(numbers.clipScale),
      biasCorrection1: tf.scalar(numbers.biasCorrection1),
      biasCorrection2: tf.scalar(numbers.biasCorrection2),
    }
    for (const name of names) {
      const decay = name === 'decayed' && perturb.noDecay !== true
      const state = states.get(name) as AdamWState
      const next = adamw(state, tf.tensor1d(gradients[name]), scalars, optimizer, decay)
      states.set(name, next)
      for (const part of ['weights', 'm', 'v'] as const)
        worst = Math.max(worst, excess(next[part].dataSync(), after[name][part], tolerances.op))
    }
  }
  return worst
}

it('updates weights and moments as PyTorch does, with clipping and decay, over eight steps', async () => {
  await tf.setBackend('cpu')
  expect(golden.steps).toHaveLength(8)
  expect(worstAgainstTorch()).toBeLessThan(1)
})

it('differs from PyTorch when a rule is perturbed', async () => {
  await tf.setBackend('cpu')
  expect(worstAgainstTorch({ firstStep: 2 })).toBeGreaterThan(1)
  expect(worstAgainstTorch({ noDecay: true })).toBeGreaterThan(1)
  expect(worstAgainstTorch({ maxGradNorm: 0 })).toBeGreaterThan(1)
})

it('scales gradients down to the norm, never up', () => {
  expect(clipScale(4, 1)).toBeCloseTo(0.25, 6)
  expect(clipScale(0.5, 1)).toBe(1)
  expect(clipScale(1e9, 0)).toBe(1)
})
