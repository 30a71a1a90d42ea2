import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NumpyGenerator } from '../../../src/std/numpy-generator.ts'

interface Draws {
  readonly seed: number
  readonly permutation: readonly number[]
  readonly choice: readonly number[]
  readonly all: readonly number[]
  readonly one: readonly number[]
  readonly shuffled: readonly number[]
  readonly large: readonly number[]
}

const { generators } = JSON.parse(readFileSync(new URL('../../goldens/split.json', import.meta.url), 'utf8')) as {
  readonly generators: readonly Draws[]
}

it.each(generators)('seed $seed draws what NumPy draws, one thing after another', (expected) => {
  const draws = new NumpyGenerator(expected.seed)
  expect(draws.permutation(10)).toEqual(expected.permutation)
  expect(draws.choice([0, 1, 2, 3, 4, 5, 6], 3)).toEqual(expected.choice)
  expect(draws.choice([0, 1, 2, 3, 4], 5)).toEqual(expected.all)
  expect(draws.choice([0], 1)).toEqual(expected.one)
  expect(draws.shuffled([5, 6, 7, 8])).toEqual(expected.shuffled)
  expect(draws.permutation(70_000).slice(0, 8)).toEqual(expected.large)
})

it('the goldens hold seeds below and above 32 bits', () => {
  expect(generators.map(({ seed }) => seed > 2 ** 32)).toEqual([false, false, false, false, true])
})

it('more than there is cannot be chosen', () => {
  expect(() => new NumpyGenerator(0).choice([1, 2], 3)).toThrow(RangeError)
})
