import { expect, it } from 'vitest'
import { bestRow } from '../../../../src/training/loop/best.ts'

const row = (epoch: number, validationLoss: number, validationAccuracy: number, validationF1: number) => ({
  epoch,
  step: epoch * 10,
  learningRate: 1e-3,
  trainLoss: 1,
  validationLoss,
  validationAccuracy,
  validationF1,
})
const rows = [row(1, 0.5, 0.7, 0.8), row(2, 0.4, 0.9, 0.6), row(3, 0.4, 0.9, 0.9)]

it('picks the lowest loss, the highest accuracy and F1, or the last', () => {
  expect(bestRow(rows, 'f1')?.epoch).toBe(3)
  expect(bestRow(rows, 'last')?.epoch).toBe(3)
})

it('keeps the earlier of equal epochs', () => {
  expect(bestRow(rows, 'loss')?.epoch).toBe(2)
  expect(bestRow(rows, 'accuracy')?.epoch).toBe(2)
})

it('has none before the first epoch', () => {
  expect(bestRow([], 'loss')).toBeUndefined()
})
