import { expect, it } from 'vitest'
import { trainableParameters } from '../../../src/training/freezing.ts'

const parameters = [
  { name: 'embed.weight', layer: 0 },
  { name: 'layer.0.weight', layer: 1 },
  { name: 'layer.1.weight', layer: 2 },
  { name: 'norm.weight', layer: 3, decay: false },
  { name: 'head.weight', layer: 3, head: true },
].map((p) => ({ shape: [1], decay: true, head: false, ...p }))

const namesOf = (options: Parameters<typeof trainableParameters>[1]) =>
  trainableParameters(parameters, options).map(({ name }) => name)

it('trains all of a model as it says itself, at the full rate', () => {
  const all = trainableParameters(parameters, {})
  expect(all.map(({ decay }) => decay)).toEqual([true, true, true, false, true])
  expect(all.map(({ learningRateFactor }) => learningRateFactor)).toEqual([1, 1, 1, 1, 1])
})

it('lowers the rate by depth: the head learns at the full rate, the embeddings the slowest', () => {
  const factors = trainableParameters(parameters, { layerDecay: 0.5 }).map((p) => p.learningRateFactor)
  expect(factors).toEqual([0.125, 0.25, 0.5, 1, 1])
})

it('freezes the backbone, the first layers, or by pattern', () => {
  expect(namesOf({ freeze: 'backbone' })).toEqual(['head.weight'])
  expect(namesOf({ freeze: 0 })).toEqual(['layer.0.weight', 'layer.1.weight', 'norm.weight', 'head.weight'])
  expect(namesOf({ freeze: 1 })).toEqual(['layer.1.weight', 'norm.weight', 'head.weight'])
  expect(namesOf({ freeze: ['layer.*', 'norm.weight'] })).toEqual(['embed.weight', 'head.weight'])
})

it('refuses a pattern that matches nothing, and to freeze all', () => {
  expect(() => namesOf({ freeze: ['layer.O.weight'] })).toThrow('no parameter of the model matches "layer.O.weight"')
  expect(() => namesOf({ freeze: ['layer?0*'] })).toThrow('no parameter')
  expect(() => namesOf({ freeze: ['*'] })).toThrow('freeze leaves no parameter to train')
})
