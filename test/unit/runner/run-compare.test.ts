import { expect, it } from 'vitest'
import { bestOf, changed, scoreTable } from '../../../src/runner/run-compare.ts'
import { compareLines, diffLines, runRows } from '../../../src/tracking/console/run-text.ts'

it('names what differs, and what only one has', () => {
  expect(
    changed([
      { a: 1, b: 2 },
      { a: 1, b: 3, c: 4 },
    ]),
  ).toEqual([
    { name: 'b', values: [2, 3] },
    { name: 'c', values: [undefined, 4] },
  ])
})

it('compares scores, each under its shortest name', () => {
  const one = { 'train/loss': 1, 'train/train/loss': 1, 'test/accuracy': 0.5, 'evaluate/test/accuracy': 0.5 }
  const two = { 'a/test/accuracy': 0.25, 'load/load/images': 3 }
  expect(scoreTable([one, two])).toEqual([
    { name: 'test/accuracy', values: [0.5, undefined] },
    { name: 'a/test/accuracy', values: [undefined, 0.25] },
  ])
})

it('marks the best by its direction, none where all are equal', () => {
  expect(bestOf([0.5, 0.75, undefined], 'higher')).toBe(1)
  expect(bestOf([0.5, 0.75], 'lower')).toBe(0)
  expect(bestOf([0.5, 0.5], 'lower')).toBeUndefined()
  expect(bestOf([0.5, 0.75], undefined)).toBeUndefined()
  const runs = [
    { id: 'x', tags: [] },
    { id: 'y', tags: ['base'] },
  ]
  expect(compareLines({ runs, scores: [{ name: 'test/f1', values: [0.5, undefined], best: 0 }] })).toEqual([
    'score         x    base',
    'test/f1  0.5000 *     –',
  ])
})

it('says that there are no runs, that nothing differs', () => {
  expect(runRows([])).toEqual(['no runs yet: xp run FILE makes one'])
  expect(diffLines({ runs: ['a', 'b'], params: [], metrics: [], seconds: [] })).toEqual(['nothing differs'])
})
