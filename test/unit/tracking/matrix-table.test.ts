import { expect, it } from 'vitest'
import { matrixTables } from '../../../src/tracking/console/matrix-table.ts'

const cell = (of: string, values: Record<string, string | number>) => ({ of, values })
const stage = (id: string, made?: ReturnType<typeof cell>) => ({ id, uses: 'x', ...(made && { cell: made }) })

it('has one row for each combination, and one table for each set of matrices', () => {
  const rates = [0.001, 0.01].map((rate) => [`${rate}`.replace('.', '-'), { 'train.rate': rate }] as const)
  const stages = [
    stage('load'),
    ...rates.flatMap(([label, values]) => [
      stage(`train-${label}`, cell('train', values)),
      stage(`after-${label}`, cell('after', values)),
      stage(`again-${label}`, cell('again', values)),
    ]),
    stage('before-a', cell('before', { 'model.weights': 'a' })),
    stage('report-a', cell('report', { 'model.weights': 'a' })),
  ]
  const metrics = {
    'load/load/images': 3,
    'train-0-001/train/loss': 9,
    'train-0-001/validation/loss': 0.5,
    'after-0-001/test/accuracy': 0.25,
    'again-0-001/test/accuracy': 0.5,
    'after-0-01/test/accuracy': 0.75,
    'before-a/test/accuracy': 0.125,
  }
  expect(matrixTables(stages, metrics)).toEqual([
    '',
    '  rate   validation/loss  after/test/accuracy  again/test/accuracy',
    '  0.001           0.5000               0.2500               0.5000',
    '  0.01                 –               0.7500                    –',
    '',
    '  weights  test/accuracy',
    '  a               0.1250',
  ])
})

it('names the stage of a param where two have the same', () => {
  const stages = [stage('s-1-2', cell('s', { 'a.size': 1, 'b.size': 2 }))]
  expect(matrixTables(stages, { 's-1-2/test/f1': 1 })[1]).toBe('  a.size  b.size  test/f1')
  expect(matrixTables([stage('s')], { 's/test/f1': 1 })).toEqual([])
})
