import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Trainer } from '../../../../src/registry/engine.ts'
import { compareCheckpoints } from '../../../../src/training/checkpoints/compare-checkpoints.ts'
import { fit as train } from '../../../../src/training/loop/fit.ts'
import { toyFit, toyTrainer } from '../toy.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-compare-'))
  await train(toyFit(join(dir, 'a'), { epochs: 2 }))
})
afterEach(() => rm(dir, { recursive: true }))

const compare = () => compareCheckpoints(join(dir, 'a'), join(dir, 'b'))

it('finds equal trainings equal, whatever time they took', async () => {
  await train(toyFit(join(dir, 'b'), { epochs: 2 }))
  expect(await compare()).toEqual({ checkpoint: 'checkpoint-12', tensors: 6, losses: 12 })
})

it('names the first loss that differs', async () => {
  await train(toyFit(join(dir, 'b'), { epochs: 2, seed: 8 }))
  expect((await compare()).difference).toMatch(/^the loss of step 3: 1\.\d+ and 1\.\d+$/)
})

it('names the first tensor and element that differs', async () => {
  const trainer = toyTrainer()
  const perturbed: Trainer = {
    ...trainer,
    optimizerState() {
      const state = trainer.optimizerState()
      const bias = state.slots.v?.get('head.bias')
      if (bias !== undefined) bias[2] = 9
      return state
    },
  }
  await train(toyFit(join(dir, 'b'), { epochs: 2, trainer: perturbed }))
  expect((await compare()).difference).toMatch(/^v\.head\.bias of optimizer\.safetensors, element 2: \S+ and 9$/)
})

it('tells a training that stands elsewhere, though its tensors are the same', async () => {
  const validate = async () => ({ loss: 5, accuracy: 0, f1: 0, precision: 0, recall: 0 })
  await train(toyFit(join(dir, 'b'), { epochs: 2, validate }))
  expect((await compare()).difference).toBe('position or history of the training')
})
