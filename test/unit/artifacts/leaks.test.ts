import { expect, it } from 'vitest'
import type { Example } from '../../../src/artifacts/dataset.ts'
import { leaksBetween } from '../../../src/artifacts/leaks.ts'
import { sha256 } from '../../../src/std/hash.ts'

const example = (file: string, lookalikes?: number): Example => ({
  file,
  sha256: sha256(file[0] ?? ''),
  label: 0,
  ...(lookalikes === undefined ? {} : { lookalikes }),
})

it('a set within one part is no leak; one across parts is, with all its images', () => {
  const parts = {
    train: [example('d', 7), example('a', 7), example('b', 1), example('c')],
    test: [example('e', 7), example('f', 2), example('g', 2)],
  }
  expect(leaksBetween(parts)).toEqual([
    {
      parts: ['train', 'test'],
      images: [
        { part: 'train', file: 'a' },
        { part: 'train', file: 'd' },
        { part: 'test', file: 'e' },
      ],
    },
  ])
})

it('one part, or none like another, leaks nothing', () => {
  expect(leaksBetween({ all: [example('a', 1), example('b', 1)] })).toEqual([])
  expect(leaksBetween({ train: [example('a')], test: [example('b')] })).toEqual([])
})

it('images of one content leak without being numbered', () => {
  const parts = { train: [example('a1'), example('b')], test: [example('a2')] }
  const images = [
    { part: 'train', file: 'a1' },
    { part: 'test', file: 'a2' },
  ]
  expect(leaksBetween(parts)).toEqual([{ parts: ['train', 'test'], images }])
})
