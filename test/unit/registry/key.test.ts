import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { optional } from '../../../src/registry/artifact.ts'
import { keyIngredients, keyOf } from '../../../src/registry/key.ts'
import { paramLeaves } from '../../../src/registry/param-leaves.ts'
import { FilePath, ignoredByKey, TreePath } from '../../../src/registry/params.ts'
import { type AnyStage, defineStage } from '../../../src/registry/stage.ts'
import { loadWords, trainCount, Words } from '../runner/fakes.ts'

const digest = (letter: string) => letter.repeat(64)

const facts = {
  origins: new Map(),
  sources: {},
  inputs: {},
  seed: 42,
  engine: { engine: 'onnx', version: '1.30' },
}

/** A change of these keys makes every cached result a miss: raise `keyFormat` and say so. */
it('pins the keys of format 1', () => {
  const load = keyIngredients({ ...facts, stage: loadWords, params: { root: '/x' }, sources: { root: digest('a') } })
  expect(load).toEqual([
    ['format', 1],
    ['uses', 'load/words'],
    ['version', 1],
    ['sources.root', digest('a')],
    ['outputs.words', 'words@1'],
  ])
  expect(keyOf(load)).toBe('2f3db6134a27df9bac1141bea9cc290843beb107926577f283abb503e048aa77')
  const inputs = { words: [digest('b')] }
  const train = keyIngredients({ ...facts, stage: trainCount, params: { learningRate: 1e-5 }, inputs })
  expect(train.slice(3)).toEqual([
    ['params.learningRate', 1e-5],
    ['seed', 42],
    ['inputs.words', ['words@1', digest('b')]],
    ['outputs.count', 'count@1'],
  ])
  expect(keyOf(train)).toBe('5d0231a5c2d618444653fbb911d9e2742c6a58453f74786175ca8cc4be007aae')
})

it('takes the engine in only where it is needed, and leaves unwired ports out', () => {
  const stage: AnyStage = defineStage({
    ...trainCount,
    needs: ['engine'],
    inputs: { words: Words, more: optional(Words) },
    run: async () => ({ count: { count: 1 } }),
  })
  const inputs = { words: [digest('b')], more: [] }
  const names = keyIngredients({ ...facts, stage, params: { learningRate: 1 }, inputs }).map(([name]) => name)
  expect(names.slice(4)).toEqual(['engine.engine', 'engine.version', 'inputs.words', 'outputs.count'])
})

it('keeps values from the environment out of sight', () => {
  const origins = new Map([['learningRate', { from: 'env', text: 'env:RATE' } as const]])
  const list = keyIngredients({ ...facts, stage: trainCount, params: { learningRate: 123456 }, origins })
  expect(JSON.stringify(list)).not.toContain('123456')
  const other = keyIngredients({ ...facts, stage: trainCount, params: { learningRate: 123457 }, origins })
  expect(keyOf(list)).not.toBe(keyOf(other))
})

const description = 'x'
const nested = Type.Object({
  size: Type.Object({ height: Type.Number(), width: Type.Number() }),
  roots: Type.Array(TreePath({ description })),
  processor: Type.Optional(FilePath({ description })),
  cache: Type.Object({ megabytes: Type.Number() }, ignoredByKey('Only speed.')),
  parts: Type.Record(Type.String(), Type.Number()),
  weights: Type.Union([
    Type.Object({ kind: Type.Literal('none') }),
    Type.Object({ kind: Type.Literal('folder'), path: TreePath({ description }) }),
  ]),
})

it('flattens nested params with their key roles, in the order of the declaration', () => {
  const leaves = paramLeaves(nested, {
    weights: { path: '/w', kind: 'folder' },
    parts: { test: 0.2, train: 0.8, 'a.b': 0 },
    cache: { megabytes: 5 },
    roots: ['/a', '/b'],
    size: { width: 2, height: 1 },
  })
  expect(leaves).toEqual([
    { path: 'size.height', value: 1, role: undefined },
    { path: 'size.width', value: 2, role: undefined },
    { path: 'roots.0', value: '/a', role: 'tree' },
    { path: 'roots.1', value: '/b', role: 'tree' },
    { path: 'cache.megabytes', value: 5, role: { ignored: 'Only speed.' } },
    { path: 'parts.test', value: 0.2, role: undefined },
    { path: 'parts.train', value: 0.8, role: undefined },
    { path: 'parts."a.b"', value: 0, role: undefined },
    { path: 'weights.kind', value: 'folder', role: undefined },
    { path: 'weights.path', value: '/w', role: 'tree' },
  ])
})

it('throws when a tree param has no digest, and on numbers JSON cannot say', () => {
  expect(() => keyIngredients({ ...facts, stage: loadWords, params: { root: '/x' } })).toThrow('no digest')
  const list = keyIngredients({ ...facts, stage: trainCount, params: { learningRate: Number.NaN } })
  expect(() => keyOf(list)).toThrow(TypeError)
})
