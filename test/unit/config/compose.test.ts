import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { compose } from '../../../src/config/compose.ts'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { toPlain } from '../../../src/config/located.ts'
import { temporaryFolder } from '../runner/temporary.ts'
import { fakeRegistry } from './fake-registry.ts'

let dir: string
beforeEach(() => {
  dir = temporaryFolder()
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
}
async function composed(files: Readonly<Record<string, string>>): Promise<unknown> {
  write(files)
  const { root, errors } = await compose(join(dir, 'own.yaml'), 'own.yaml')
  expect(errors).toEqual([])
  return toPlain(root)
}

it('lays a file over its bases: maps by key, the rest as a whole, the later base over the earlier', async () => {
  expect(
    await composed({
      'a.yaml': 'name: a\nvars: { x: 1, list: [1, 2], deep: { p: 1, q: 2 } }\n',
      'b.yaml': 'name: b\nvars: { x: 2, y: 2 }\n',
      'own.yaml': 'extends: [a.yaml, b.yaml]\nvars: { list: [3], deep: { q: 3 } }\n',
    }),
  ).toEqual({ name: 'b', vars: { x: 2, list: [3], deep: { p: 1, q: 3 }, y: 2 } })
})

it('takes a key away where it is null', async () => {
  expect(
    await composed({
      'a.yaml': 'name: a\nstages: { one: { uses: x }, two: { uses: y } }\ntrack: { mlflow: { uri: u } }\n',
      'own.yaml': 'extends: a.yaml\nname: own\nstages: { two: null }\ntrack: null\nseed: null\n',
    }),
  ).toEqual({ name: 'own', stages: { one: { uses: 'x' } }, seed: null })
})

it('swaps a stage by one line: params of the other kind are left behind, its inputs stay', async () => {
  const base = 'stages: { model: { uses: model/vit, from: split, with: { layers: 2 } } }\n'
  const swapped = await composed({
    'a.yaml': base,
    'own.yaml': 'extends: a.yaml\nstages: { model: { uses: model/pretrained, with: { weights: w } } }\n',
  })
  expect(swapped).toEqual({ stages: { model: { uses: 'model/pretrained', from: 'split', with: { weights: 'w' } } } })
  const same = await composed({
    'a.yaml': base,
    'own.yaml': 'extends: a.yaml\nstages: { model: { uses: model/vit, with: { heads: 3 } } }\n',
  })
  expect(same).toEqual({ stages: { model: { uses: 'model/vit', from: 'split', with: { layers: 2, heads: 3 } } } })
})

it('knows the short form of the engine in either', async () => {
  const made = await composed({ 'a.yaml': 'engine: onnx\n', 'own.yaml': 'extends: a.yaml\nengine: { threads: 2 }\n' })
  expect(made).toEqual({ engine: { name: 'onnx', threads: 2 } })
})

it('finds files of packages, and paths from the file that names them', async () => {
  expect(
    await composed({
      'node_modules/@me/shoes/package.json': '{ "name": "@me/shoes" }',
      'node_modules/@me/shoes/bases/base.yaml': 'extends: ../more.yaml\nname: base\n',
      'node_modules/@me/shoes/more.yaml': 'seed: 7\n',
      'own.yaml': 'extends: "@me/shoes/bases/base.yaml"\n',
    }),
  ).toEqual({ seed: 7, name: 'base' })
})

it('resolves paths of params from the file that wrote them, and says where values came from', async () => {
  write({
    'bases/base.yaml': `name: base
vars: { train: 0.5 }
stages:
  load: { uses: load/imagefolder, with: { root: ../data } }
  split: { uses: split/stratified, from: load, with: { train: "\${vars.train}" } }
`,
    'own.yaml': 'extends: bases/base.yaml\nname: own\nvars: { train: 0.6 }\n',
  })
  const { stages, name, resolvedYaml } = await loadExperiment('own.yaml', { registry: fakeRegistry, cwd: dir, env: {} })
  expect(name).toBe('own')
  expect(stages.map(({ params }) => params)).toMatchObject([{ root: join(dir, 'data') }, { train: 0.6 }])
  expect(resolvedYaml).toContain('# bases/base.yaml:4:49')
  expect(resolvedYaml).toMatch(/name: own\n/)
  const set = await loadExperiment('own.yaml', {
    registry: fakeRegistry,
    cwd: dir,
    env: {},
    set: ['stages.split.with.train=0.7'],
  })
  expect(set.stages[1]?.params).toMatchObject({ train: 0.7 })
})
