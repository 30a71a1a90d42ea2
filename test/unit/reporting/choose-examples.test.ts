import { expect, it } from 'vitest'
import { choosePredictions, chooseSamples, type Prediction } from '../../../src/reporting/choose-examples.ts'
import { imagesOf } from './report-fixture.ts'

const { dataset } = imagesOf(['a', 'b', 'c'], 20)

it('samples hold each class equally often, from the training part, in label order', () => {
  const samples = chooseSamples(dataset, 12, 1)
  expect(samples.map((s) => s.label)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
  expect(samples.every((s) => s.file.includes('train'))).toBe(true)
  expect(new Set(samples.map((s) => s.file)).size).toBe(12)
})

it('samples depend on the seed and not on the order of the dataset', () => {
  const turned = { ...dataset, parts: { train: [...(dataset.parts.train ?? [])].reverse() } }
  expect(chooseSamples(turned, 9, 1)).toEqual(chooseSamples(dataset, 9, 1))
  expect(chooseSamples(dataset, 9, 2)).not.toEqual(chooseSamples(dataset, 9, 1))
})

it('a class with few images leaves its places to the others', () => {
  const few = { ...dataset, parts: { all: (dataset.parts.train ?? []).filter((e) => e.label !== 1).slice(0, 21) } }
  expect(chooseSamples(few, 6, 1).map((s) => s.label)).toEqual([0, 0, 0, 0, 0, 2])
})

const prediction = (i: number, right: boolean, confidence: number): Prediction => ({
  file: `${i}.jpg`,
  actual: 0,
  predicted: right ? 0 : 1,
  confidence,
})

it('predictions show the surest errors first, then correct ones', () => {
  const all = [
    prediction(0, true, 0.9),
    prediction(1, false, 0.6),
    prediction(2, false, 0.95),
    prediction(3, true, 0.5),
    prediction(4, false, 0.7),
  ]
  const chosen = choosePredictions(all, 3, 1)
  expect(chosen.slice(0, 2).map((p) => p.file)).toEqual(['2.jpg', '4.jpg'])
  expect(chosen[2]?.predicted).toBe(0)
  expect(choosePredictions(all, 100, 1)).toHaveLength(5)
})

it('errors take every place when nothing is correct', () => {
  const all = Array.from({ length: 9 }, (_, i) => prediction(i, false, i / 10))
  expect(choosePredictions(all, 6, 1).map((p) => p.file)).toEqual([
    '8.jpg',
    '7.jpg',
    '6.jpg',
    '5.jpg',
    '4.jpg',
    '3.jpg',
  ])
})
