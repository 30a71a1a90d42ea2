import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadExperiment } from '../../src/config/load-experiment.ts'
import { writeSampleImages } from '../../src/images/shapes.ts'
import { type InputPorts, type OutputPorts, portOf } from '../../src/registry/artifact.ts'
import { keyIngredients } from '../../src/registry/key.ts'
import { keyRoleKeyword, keyRoleOf, sourceKindsKeyword } from '../../src/registry/params.ts'
import { createRegistry } from '../../src/registry/registry.ts'
import type { AnyStage, MetricDeclarations } from '../../src/registry/stage.ts'
import { executeExperiment } from '../../src/runner/execute.ts'
import { openStore } from '../../src/runner/store.ts'
import { stages } from '../../src/stages/index.ts'
import { type HubServer, startHub } from '../hub/server.ts'
import pinned from './versions.json' with { type: 'json' }

const root = resolve(import.meta.dirname, '../..')

const ownModel = `import { defineModel } from 'xp'
export default defineModel(({ labels, tf }) => ({
  features: {
    parameters: { 'scale.weight': { shape: [3], normal: 0.5 } },
    forward: (t, pixels) => tf.mean(tf.mul(pixels, t['scale.weight']), [1, 2]),
  },
  head: {
    parameters: { 'head.weight': { shape: [3, labels.length], uniform: 0.5 }, 'head.bias': { shape: [labels.length], fill: 0 } },
    forward: (t, x) => tf.add(tf.matMul(x, t['head.weight']), t['head.bias']),
  },
}))
`
const savedModel = JSON.stringify({
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        { class_name: 'GlobalAveragePooling2D', config: { name: 'pool', batch_input_shape: [null, 16, 16, 3] } },
        { class_name: 'Dense', config: { name: 'out', units: 3, activation: 'softmax' } },
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'out/kernel', shape: [3, 3], dtype: 'float32' },
        { name: 'out/bias', shape: [3], dtype: 'float32' },
      ],
    },
  ],
})

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly required?: readonly string[]
}

/** The params' schema and each one nested in it, by dotted path. */
const maps = (schema: Schema, path = ''): (readonly [string, Schema])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    field.properties === undefined ? [] : maps(field, `${path}${name}.`),
  ),
]

const ajv = () => new Ajv({ strict: false, useDefaults: true, keywords: [keyRoleKeyword, sourceKindsKeyword] })

/** Params with every default, and a text for each path that must be given. */
function usualParams(stage: AnyStage): Record<string, unknown> {
  const schema = stage.params as Schema
  const given: Record<string, unknown> = {}
  for (const name of schema.required ?? []) {
    const field = schema.properties?.[name] ?? {}
    if (!('default' in field)) given[name] = field.type === 'string' ? '/data' : 1
  }
  const validate = ajv().compile(schema)
  expect(validate(given), `${stage.uses}: ${JSON.stringify(validate.errors)}`).toBe(true)
  return given
}

it('every file of a stage is listed, under the name of its path', () => {
  const folder = join(root, 'src/stages')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => /\/.*\.ts$/.test(f))
  expect(stages.map(({ uses }) => `${uses}.ts`).sort()).toEqual(files.sort())
  expect(stages).toHaveLength(20)
})

describe.each(stages.map((stage) => [stage.uses, stage] as const))('%s', (_, stage) => {
  it('it describes itself and each of its params', () => {
    expect(stage.summary).toMatch(/^[A-Z].*\.$/)
    for (const [path, schema] of maps(stage.params as Schema)) {
      expect(schema.additionalProperties, path).toBe(false)
      for (const [name, field] of Object.entries(schema.properties ?? {}))
        expect(field.description, path + name).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('it has defaults that its schema accepts, and refuses unknown params', () => {
    const params = usualParams(stage)
    const validate = ajv().compile(stage.params)
    expect(validate({ ...params, unknown: 1 })).toBe(false)
    for (const [path, { properties = {} }] of maps(stage.params as Schema))
      for (const [name, field] of Object.entries(properties)) {
        if (!('default' in field)) continue
        const accepts = ajv().compile({ type: 'object', properties: { [name]: field } })
        expect(accepts({ [name]: structuredClone(field.default) }), path + name).toBe(true)
      }
  })

  it('it declares metrics that the report and trackers can name', () => {
    for (const [name, m] of Object.entries(stage.metrics as MetricDeclarations)) {
      expect(name).toMatch(/^(\*|[a-z]+)\/(\*|[a-z0-9_]+)$/)
      expect(m.unit, name).not.toBe('')
      expect(m.description, name).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('it takes and makes artifacts whose types carry a format number', () => {
    const types = [
      ...Object.values(stage.inputs as InputPorts).map((port) => portOf(port).type),
      ...Object.values(stage.outputs as OutputPorts),
    ]
    for (const { name } of types) expect(name).toMatch(/^[a-z]+(-[a-z]+)*@[1-9]\d*$/)
    expect(Object.keys(stage.outputs).length).toBeGreaterThan(0)
  })

  it('it is keyed by every param but those that say why they cannot matter', () => {
    const params = usualParams(stage)
    const properties = Object.entries((stage.params as Schema).properties ?? {})
    const paths = properties.filter(([, field]) => ['tree', 'file'].includes(String(keyRoleOf(field))))
    const ingredients = keyIngredients({
      stage,
      params,
      origins: new Map(),
      sources: Object.fromEntries(paths.map(([name]) => [name, '0'.repeat(64)])),
      inputs: {},
      seed: 1,
      engine: { engine: 'onnx' },
    })
    const keyed = new Set(
      ingredients
        .map(([name]) => name.split('.'))
        .flatMap(([kind, name]) => (/^(params|sources)$/.test(kind ?? '') ? [name] : [])),
    )
    const expected = properties.filter(([name, field]) => name in params && typeof keyRoleOf(field) !== 'object')
    expect([...keyed].sort()).toEqual(expected.map(([name]) => name).sort())
    for (const [name, field] of properties) {
      const role = keyRoleOf(field)
      if (typeof role === 'object') expect(role.ignored.length, name).toBeGreaterThan(10)
    }
  })
})

describe('the stages that make the same bytes on every machine', () => {
  const folders: string[] = []
  const folder = (name: string) => {
    const dir = mkdtempSync(join(tmpdir(), `xp-contract-${name}-`))
    folders.push(dir)
    return dir
  }
  let images: string
  let hub: HubServer
  beforeAll(async () => {
    const data = join(root, 'test/goldens/parquet/hub/data')
    const files = readdirSync(data).map((name) => [`data/${name}`, readFileSync(join(data, name))] as const)
    const commit = 'a'.repeat(40)
    hub = await startHub({
      'datasets/owner/images': { commits: { [commit]: Object.fromEntries(files) }, refs: { main: commit } },
    })
    vi.stubEnv('HF_ENDPOINT', hub.url)
    vi.stubEnv('HF_HUB_CACHE', folder('hub'))
    images = folder('images')
    await writeSampleImages(images, { seed: 1, perClass: 4, size: 16 })
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await hub.close()
    await Promise.all(folders.map((dir) => rm(dir, { recursive: true })))
  })

  /** Digests of what each stage made, by port, in a store of its own. */
  async function madeWith(seed: number) {
    const dir = folder('run')
    const experiment = join(dir, 'exact.yaml')
    writeFileSync(join(dir, 'own.ts'), ownModel)
    mkdirSync(join(dir, 'saved'))
    writeFileSync(join(dir, 'saved/model.json'), savedModel)
    writeFileSync(
      join(dir, 'saved/weights.bin'),
      new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i / 8).buffer),
    )
    const listed = readdirSync(images, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.'))
    const rows = listed.map((path) => `${path},${path.slice(0, 1)},${path.includes('0') ? 'val' : 'train'}`)
    const sides = listed.map((path) => `${path},${path.includes('0') ? 'test' : 'train'}`)
    writeFileSync(join(dir, 'split.csv'), ['file,part', ...sides.slice(1)].join('\n'))
    writeFileSync(join(dir, 'labels.csv'), ['path,label,part', ...rows].join('\n'))
    writeFileSync(
      experiment,
      `name: exact
seed: ${seed}
stages:
  sample: { uses: load/sample, with: { perClass: 4, size: 16 } }
  load: { uses: load/imagefolder, with: { root: ${JSON.stringify(images)} } }
  table:
    uses: load/table
    with: { file: labels.csv, root: ${JSON.stringify(images)}, partColumn: part }
  parquet: { uses: load/parquet, with: { root: ${JSON.stringify(relative(dir, join(root, 'test/goldens/parquet/hub')))} } }
  hub: { uses: load/hub, with: { repo: owner/images } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, validation: 0.25, test: 0.25 } }
  random: { uses: split/random, from: load, with: { train: 0.5, test: 0.5 } }
  fold: { uses: split/kfold, from: load, with: { folds: 2, fold: 1 } }
  listed: { uses: split/manifest, from: load, with: { file: split.csv, unlisted: leaveOut } }
  rows: { uses: split/huggingface, from: load, with: { test: 0.25, validation: 0.25 } }
  vit: { uses: model/vit, from: { dataset: split }, with: { imageSize: 16, patchSize: 8, hiddenSize: 8, layers: 1, heads: 2 } }
  pretrained:
    uses: model/pretrained
    from: { dataset: split }
    with: { weights: ${JSON.stringify(relative(dir, join(root, 'test/goldens/vit-tiny')))}, head: new }
  own: { uses: model/function, from: { dataset: split }, with: { file: own.ts, imageSize: 16 } }
  layers: { uses: model/layers, from: { dataset: split }, with: { folder: saved } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: vit }, with: { augment: { horizontalFlip: 0.5 } } }
`,
    )
    const { result, thrown } = await executeExperiment({
      experiment: await loadExperiment(experiment, { registry: createRegistry(stages), env: {} }),
      store: await openStore(join(dir, 'store')),
      runsDir: join(dir, 'runs'),
      version: '0.0.0',
      engineFacts: async () => ({}),
      createEngine: () => Promise.reject(new Error('no exact stage needs an engine')),
      sinks: () => [],
      signal: new AbortController().signal,
    })
    expect(thrown).toBeUndefined()
    const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8')) as {
      stages: { uses: string; version: number; outputs: Record<string, { digest: string }> }[]
    }
    return lock.stages.map(({ uses, version, outputs }) => ({
      uses,
      version,
      outputs: Object.fromEntries(Object.entries(outputs).map(([port, { digest }]) => [port, digest])),
    }))
  }

  it('it makes what is pinned: a digest moves only with its stage’s version', async () => {
    const made = await madeWith(42)
    for (const { uses, version, outputs } of made) {
      const before = pinned.find((entry) => entry.uses === uses)
      if (before?.version === version)
        expect(outputs, `${uses} makes other bytes: raise its version, then pin them in versions.json`).toEqual(
          before.outputs,
        )
    }
    expect(made).toEqual(pinned)
    expect(made).toHaveLength(15)
  })

  it('it makes the same in another store, and other bytes from another seed where a stage needs one', async () => {
    const [one, again, other] = [await madeWith(42), await madeWith(42), await madeWith(43)]
    expect(again).toEqual(one)
    const moved = one.filter(({ outputs }, i) => JSON.stringify(outputs) !== JSON.stringify(other[i]?.outputs))
    expect(moved.map(({ uses }) => uses)).toEqual([
      'load/sample',
      'split/stratified',
      'split/random',
      'split/kfold',
      'split/huggingface',
      'model/vit',
      'model/pretrained',
      'model/function',
      'transform/image-processor',
    ])
  })
})
