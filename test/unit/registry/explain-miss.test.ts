import { expect, it } from 'vitest'
import type { Origin } from '../../../src/registry/experiment.ts'
import { countChanges, explainMiss, nearestPrevious } from '../../../src/registry/explain-miss.ts'
import type { Ingredient } from '../../../src/registry/key.ts'

const base: readonly Ingredient[] = [
  ['format', 1],
  ['uses', 'train/x'],
  ['version', 1],
  ['params.learningRate', 1e-5],
  ['params.name', 'a'],
  ['sources.root', 'old'],
  ['seed', 42],
  ['engine.version', '1.30'],
  ['inputs.data', ['words@1', 'one']],
  ['outputs.model', 'model@1'],
]
const changed = (name: string, value: Ingredient[1]): readonly Ingredient[] =>
  base.map((ingredient) => (ingredient[0] === name ? [name, value] : ingredient))

const file = (path: string, sha256: string) => ({ path, size: 1, sha256 })
const trees = new Map([
  ['old', [file('a', '1'), file('b', '1'), file('c', '1')]],
  ['new', [file('a', '1'), file('b', '2'), file('d', '1'), file('e', '1')]],
])
const context = {
  origins: new Map<string, Origin>([
    ['learningRate', { from: 'set', text: '--set' }],
    ['name', { from: 'file', text: 'x.yaml:3:4' }],
  ]),
  inputs: { data: [{ stage: 'split', port: 'dataset' }] },
  files: (tree: string) => trees.get(tree),
}

const cases: readonly (readonly [readonly Ingredient[], string])[] = [
  [changed('params.learningRate', 3e-5), 'learningRate 1e-5 → 3e-5 (--set)'],
  [changed('params.learningRate', 0.25), 'learningRate 1e-5 → 0.25 (--set)'],
  [changed('params.name', [1, 2]), 'name a → [1,2]'],
  [changed('params.name', { sha256: 'x' }), 'name changed'],
  [changed('sources.root', 'new'), 'root: content changed (+2 −1 ~1 files)'],
  [changed('sources.root', 'unknown'), 'root: content changed'],
  [changed('version', 2), 'version 1 → 2'],
  [changed('seed', 43), 'seed 42 → 43'],
  [changed('engine.version', '1.31'), 'engine (version) 1.30 → 1.31'],
  [changed('inputs.data', ['words@1', 'two']), 'data input changed (from split)'],
  [changed('outputs.model', 'model@2'), 'format of output model model@1 → model@2'],
  [changed('format', 2), 'made by another version of xp'],
  [[...base, ['params.extra', true]], 'extra absent → true'],
  [base.filter(([name]) => name !== 'params.name'), 'name a → absent'],
  [[...base].reverse(), 'order of outputs.model changed'],
]

it.each(cases)('explains a miss: %#', (current, expected) => {
  expect(explainMiss(base, current, context)).toBe(expected)
})

it('says nothing when nothing changed', () => expect(explainMiss(base, base, context)).toBeUndefined())

it('names the first of several causes', () => {
  const both = changed('seed', 1).map((i): Ingredient => (i[0] === 'version' ? ['version', 2] : i))
  expect(explainMiss(base, both, context)).toBe('version 1 → 2')
})

it('compares with the result that has most in common, the latest among equals', () => {
  const candidates = [
    { run: 1, ingredients: changed('seed', 1).slice(0, 7) },
    { run: 2, ingredients: changed('version', 3) },
    { run: 3, ingredients: changed('seed', 7) },
  ]
  expect(nearestPrevious(candidates, base)?.run).toBe(2)
  expect(nearestPrevious([], base)).toBeUndefined()
})

it('counts nothing where nothing changed', () => expect(countChanges([file('a', '1')], [file('a', '1')])).toBe(''))
