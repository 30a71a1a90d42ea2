import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { Dataset } from '../../../src/artifacts/dataset.ts'
import { TreePath } from '../../../src/registry/params.ts'
import { defineStage } from '../../../src/registry/stage.ts'
import { projectRoot, runsDirectory, storeDirectory } from '../../../src/runner/project.ts'
import { flatParams, newRunId } from '../../../src/runner/run-facts.ts'
import { RunMetrics } from '../../../src/runner/run-metrics.ts'
import { Count, eventsOf, execute, experimentOf, reportPage, resolved, trainCount } from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

it('gives a metric its short name only where one stage has it', () => {
  const metrics = new RunMetrics()
  const say = (stage: string, name: string, value: number) =>
    metrics.handle({ seq: 0, time: 0, type: 'metric', stage, name, value, step: 0, replayed: false })
  say('before', 'test/accuracy', 0.3)
  say('after', 'test/accuracy', 0.8)
  say('after', 'test/accuracy', 0.9)
  say('train', 'train/loss', 0.1)
  expect(metrics.toJSON()).toEqual({
    'before/test/accuracy': 0.3,
    'after/test/accuracy': 0.9,
    'train/train/loss': 0.1,
    'train/loss': 0.1,
  })
})

it('never lets a short name hide a long one', () => {
  const metrics = new RunMetrics()
  const say = (stage: string, name: string, value: number) =>
    metrics.handle({ seq: 0, time: 0, type: 'metric', stage, name, value, step: 0, replayed: false })
  say('x', 'y/z', 1)
  say('a', 'x/y/z', 2)
  expect(metrics.toJSON()).toEqual({ 'x/y/z': 1, 'a/x/y/z': 2, 'y/z': 1 })
})

it('names runs by UTC time and experiment', () => {
  const now = new Date(Date.UTC(2026, 10, 5, 6, 7, 8))
  expect(newRunId('ViT: shoes & boots!', now)).toMatch(/^20261105-060708-vit-shoes-boots-[0-9a-f]{4}$/)
  expect(newRunId('靴', now)).toMatch(/^20261105-060708-[0-9a-f]{4}$/)
})

it('tells trackers every param but those from the environment', () => {
  const stage = defineStage({
    ...trainCount,
    params: Type.Object({ rate: Type.Number(), sizes: Type.Array(Type.Number()), token: Type.String() }),
    async check() {},
    run: async () => ({ count: { count: 1 } }),
  })
  const own = resolved({
    id: 'train',
    stage,
    params: { rate: 0.1, sizes: [1, 2], token: 'secret' },
    origins: { token: { from: 'env', text: 'env:TOKEN' } },
  })
  expect(flatParams([own])).toEqual({ 'train.rate': 0.1, 'train.sizes': '[1,2]' })
})

it('tells of datasets with the folder they come from', async () => {
  const digest = 'd'.repeat(64)
  const dataset = { classes: ['a', 'b'], source: digest, parts: {} }
  const load = defineStage({
    uses: 'load/fake',
    version: 1,
    summary: 'x',
    params: Type.Object({ root: TreePath({ description: 'x' }) }),
    inputs: {},
    outputs: { dataset: Dataset },
    metrics: {},
    needs: [],
    run: async () => ({ dataset }),
  })
  const split = defineStage({
    uses: 'split/fake',
    version: 1,
    summary: 'x',
    params: Type.Object({}),
    inputs: { dataset: Dataset },
    outputs: { dataset: Dataset },
    metrics: {},
    needs: [],
    run: async () => ({ dataset: { ...dataset, classes: ['a'] } }),
  })
  const root = join(temporaryFolder(), 'shoes')
  mkdirSync(root)
  const stages = [
    { id: 'load', stage: load, params: { root } },
    { id: 'split', stage: split, inputs: { dataset: [{ stage: 'load', port: 'dataset' }] } },
  ]
  const { result } = await execute(experimentOf(stages), newPlace())
  const told = eventsOf(result.dir).filter((event) => event.type === 'dataset')
  expect(told).toMatchObject([
    { stage: 'load', name: 'shoes', source: root, context: 'load' },
    { stage: 'split', name: 'shoes', source: root, context: 'split' },
  ])
  expect(told[0]?.digest).not.toBe(told[1]?.digest)
})

it('completes every report of a run', async () => {
  const count = defineStage({
    uses: 'load/count',
    version: 1,
    summary: 'x',
    params: Type.Object({ count: Type.Number() }),
    inputs: {},
    outputs: { count: Count },
    metrics: {},
    needs: [],
    run: async ({ params }) => ({ count: { count: params.count } }),
  })
  const stages = [1, 2].flatMap((n) => [
    { id: `count${n}`, stage: count, params: { count: n } },
    { id: `page${n}`, stage: reportPage, inputs: { counts: [{ stage: `count${n}`, port: 'count' }] } },
  ])
  const { result } = await execute(experimentOf(stages), newPlace())
  expect(eventsOf(result.dir).filter((event) => event.type === 'artifact')).toMatchObject([
    { stage: 'page1', name: 'report.html', path: join(result.dir, 'report.html') },
    { stage: 'page2', name: 'page2.report.html', path: join(result.dir, 'page2.report.html') },
  ])
  expect(existsSync(join(result.dir, 'page2.report.html'))).toBe(true)
})

it('finds the project above a folder, and lets XP_STORE move the store', () => {
  const root = temporaryFolder()
  const deep = join(root, 'a', 'b')
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(root, 'package.json'), '{}')
  expect(projectRoot(deep)).toBe(root)
  expect(storeDirectory(deep, {})).toBe(join(root, '.xp'))
  expect(storeDirectory(deep, { XP_STORE: '/elsewhere' })).toBe('/elsewhere')
  expect(runsDirectory(deep)).toBe(join(root, 'runs'))
  mkdirSync(join(root, 'a', '.git'))
  expect(projectRoot(deep)).toBe(join(root, 'a'))
})
