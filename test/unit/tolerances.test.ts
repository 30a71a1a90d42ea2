import { expect, it } from 'vitest'
import { ceiling, excess, tolerances } from '../tolerances.ts'

it('bounds by the absolute or the relative error, whichever is kinder', () => {
  const both = { absolute: 1e-3, relative: 1e-2 }
  expect(excess([0.0005, 100.5], [0, 100], both)).toBeLessThanOrEqual(1)
  expect(excess([0.002, 100], [0, 100], both)).toBeGreaterThan(1)
  expect(excess([0, 102], [0, 100], both)).toBeGreaterThan(1)
})

it('sees an error under every tolerance of the table', () => {
  for (const [name, tolerance] of Object.entries(tolerances)) {
    expect(excess([1 + 2 * ceiling], [1], tolerance), name).toBeGreaterThan(1)
    expect(excess([1], [1], tolerance), name).toBe(0)
  }
})

it('never passes NaN or vectors of different lengths', () => {
  expect(excess([Number.NaN], [1], tolerances.op)).toBe(Number.POSITIVE_INFINITY)
  expect(excess([1], [1, 1], tolerances.op)).toBe(Number.POSITIVE_INFINITY)
})

it('has nothing looser than the ceiling', () => {
  for (const [name, { absolute, relative }] of Object.entries(tolerances)) {
    expect(Math.max(absolute, relative), name).toBeLessThanOrEqual(ceiling)
  }
})
