import { expect, it } from 'vitest'
import { planText } from '../../../src/tracking/console/plan-text.ts'

it('says what runs, why, and what it took the last time', () => {
  expect(
    planText([
      { id: 'load', status: 'hit', reason: 'unchanged since run r' },
      { id: 'train', status: 'run', reason: 'epochs 1 → 2', estimate: { ms: 61_500, bytes: 343_000_000 } },
      { id: 'evaluate', status: 'pending', reason: 'waits for train', estimate: { ms: 500, bytes: 1000 } },
      { id: 'report', status: 'pending', reason: 'waits for evaluate' },
    ]),
  ).toEqual([
    'stage     status      time      room  why',
    'load      hit                         unchanged since run r',
    'train     run      ~61.5 s   ~343 MB  epochs 1 → 2',
    'evaluate  pending   ~0.5 s  ~1.00 kB  waits for train',
    'report    pending                     waits for evaluate',
    'at most about 62.0 s and 343 MB, as the last time, and 1 stage that never ran',
  ])
})

it('estimates nothing where nothing runs', () => {
  expect(planText([{ id: 'load', status: 'hit', reason: 'unchanged' }])).toHaveLength(2)
})
