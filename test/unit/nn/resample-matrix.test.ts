import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { resampleMatrix } from '../../../src/nn/resample-matrix.ts'
import { excess, tolerances } from '../../tolerances.ts'

interface Case {
  readonly mode: 'bicubic' | 'bilinear'
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  readonly table: readonly number[]
  readonly resized: readonly number[]
}

const cases = JSON.parse(
  readFileSync(new URL('../../goldens/resample.json', import.meta.url), 'utf8'),
) as readonly Case[]

const times = (matrix: Float32Array, vector: readonly number[]) =>
  Array.from({ length: matrix.length / vector.length }, (_, row) =>
    vector.reduce((sum, value, column) => sum + value * (matrix[row * vector.length + column] ?? Number.NaN), 0),
  )

it.each(cases)('it resizes $from to $to as torch, $mode', ({ mode, from, to, table, resized }) => {
  const grid = ([height, width]: readonly [number, number]) => ({ height, width })
  const matrix = resampleMatrix(grid(from), grid(to), mode, {})
  expect(excess(times(matrix, table), resized, tolerances.op)).toBeLessThan(1)
})

it('keeps the rows before and after the grid', () => {
  const matrix = resampleMatrix({ height: 1, width: 2 }, { height: 1, width: 3 }, 'bilinear', { before: 1, after: 2 })
  expect(times(matrix, [7, 1, 3, 8, 9])).toEqual([7, 1, 2, 3, 8, 9])
})

it('says how many cases it found', () => expect(cases).toHaveLength(8))
