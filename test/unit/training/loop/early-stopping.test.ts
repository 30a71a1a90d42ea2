import { expect, it } from 'vitest'
import { isOver } from '../../../../src/training/loop/early-stopping.ts'

const rowsOf = (losses: readonly number[]) =>
  losses.map((validationLoss, i) => ({
    epoch: i + 1,
    step: i + 1,
    learningRate: 1,
    trainLoss: 1,
    validationLoss,
    validationAccuracy: 1 - validationLoss,
  }))
const over = (losses: readonly number[], changes = {}) =>
  isOver(rowsOf(losses), { metric: 'loss', patience: 2, minDelta: 0, ...changes })

it('goes on before the first validation and while the metric improves', () => {
  expect(over([])).toBe(false)
  expect(over([0.9, 0.8, 0.7])).toBe(false)
})

it('ends after so many validations in a row without an improvement', () => {
  expect(over([0.5, 0.6])).toBe(false)
  expect(over([0.5, 0.6, 0.5])).toBe(true)
  expect(over([0.5, 0.6, 0.4, 0.6])).toBe(false)
  expect(over([0.5, 0.6, 0.7], { metric: 'accuracy' })).toBe(true)
})

it('takes a change of minDelta or less for none', () => {
  expect(over([0.5, 0.49, 0.48], { minDelta: 0.05 })).toBe(true)
  expect(over([0.5, 0.44, 0.38], { minDelta: 0.05 })).toBe(false)
})
