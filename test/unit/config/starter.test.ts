import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { nameFrom, type StarterData, starterExperiment } from '../../../src/config/starter.ts'
import { createRegistry } from '../../../src/registry/registry.ts'
import { stages } from '../../../src/stages/index.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xp-starter-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it.each<[string, StarterData, string]>([
  ['draws its images', { draw: true }, 'load/sample'],
  ['reads a folder with an odd name', { root: 'a "b": #c' }, 'load/imagefolder'],
])('writes an experiment that %s and is valid', async (_, data, uses) => {
  const file = join(dir, 'x.yaml')
  writeFileSync(file, starterExperiment('trial', data))
  const { name, stages: resolved } = await loadExperiment(file, { registry: createRegistry(stages), env: {} })
  expect(name).toBe('trial')
  expect(resolved.map(({ id }) => id)).toEqual([
    'load',
    'split',
    'model',
    'transform',
    'before',
    'train',
    'evaluate',
    'report',
  ])
  expect(resolved[0]?.stage.uses).toBe(uses)
  if ('root' in data) expect(resolved[0]?.params.root).toBe(join(dir, data.root))
})

it.each([
  [['train', 'validation', 'test'], undefined, 'test'],
  [['train', 'test'], { of: 'train', train: 0.85, validation: 0.15 }, 'test'],
  [['train', 'validation'], undefined, 'validation'],
  [['train'], { train: 0.7, validation: 0.15, test: 0.15 }, 'test'],
  [[], { train: 0.7, validation: 0.15, test: 0.15 }, 'test'],
])('keeps the parts %j of a folder', async (parts, split, scored) => {
  const file = join(dir, 'x.yaml')
  writeFileSync(file, starterExperiment('trial', { root: 'data', parts }))
  const { stages: resolved } = await loadExperiment(file, { registry: createRegistry(stages), env: {} })
  const stage = (id: string) => resolved.find((other) => other.id === id)
  if (split === undefined) expect(stage('split')).toBeUndefined()
  else expect(stage('split')?.params).toMatchObject(split)
  expect(stage('before')?.params.part).toBe(scored)
  expect(stage('evaluate')?.params.part).toBe(scored)
})

it.each([
  ['trial', 'trial'],
  ['my shoes (2)', 'my-shoes-2-'],
  ['2026', '2026'],
  ['1e3', '1e3'],
  ['true', 'true'],
  ['été', 't-'],
  ['…', 'experiment'],
])('makes a name that is read back from a file named %s', async (stem, wanted) => {
  const file = join(dir, 'x.yaml')
  writeFileSync(file, starterExperiment(nameFrom(stem), { draw: true }))
  const { name } = await loadExperiment(file, { registry: createRegistry(stages), env: {} })
  expect(name).toBe(wanted)
})
