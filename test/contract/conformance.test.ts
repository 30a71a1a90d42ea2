import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dataset } from '../../src/artifacts/dataset.ts'
import { writeSampleImages } from '../../src/images/shapes.ts'
import { defineStage, ignoredByKey, many, Type } from '../../src/index.ts'
import type { Engine } from '../../src/registry/engine.ts'
import type { AnyStage } from '../../src/registry/stage.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { stages } from '../../src/stages/index.ts'
import { digestTree } from '../../src/std/hash.ts'
import { type StageTrial, testStage } from '../../src/testing.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { type HubServer, startHub } from '../hub/server.ts'
import { ownExamples } from '../own-examples.ts'

const goldens = resolve(import.meta.dirname, '../goldens')
let dir: string
let hub: HubServer
let trials: Readonly<Record<string, Omit<StageTrial, 'stage'>>>
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'xp-conformance-'))
  hub = await startHub({
    'datasets/owner/shoes': { commits: { ['a'.repeat(40)]: hubFiles }, refs: { main: 'a'.repeat(40) } },
  })
  process.env.HF_ENDPOINT = hub.url
  process.env.HF_HOME = join(dir, 'hub')
  trials = await builtInTrials()
}, 120_000)
afterAll(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

const parquet = join(goldens, 'parquet/hub/data')
const hubFiles = Object.fromEntries(
  readdirSync(parquet).map((name) => [`data/${name}`, readFileSync(join(parquet, name))] as const),
)

const named = (uses: string) => stages.find((stage) => stage.uses === uses) as AnyStage
const example = (n: number, label: number) => ({ file: `${label}/${n}.png`, sha256: `${n}`.padStart(64, '0'), label })
const all = Array.from({ length: 30 }, (_, n) => example(n, n % 3))
const dataset = { classes: ['a', 'b', 'c'], source: 'f'.repeat(64), parts: { all } }

/** Runs a stage outside the runner, to make what another one takes. */
async function made(uses: string, given: object, inputs: object, images: string, engine?: Engine) {
  const stage = named(uses)
  const scratch = mkdtempSync(join(dir, 'scratch-'))
  const nothing = () => undefined
  return (await stage.run({
    ...{ params: Value.Default(stage.params, structuredClone(given)), inputs: inputs as never, sources: {}, seed: 42 },
    ...{ engine: engine as never, scratch, signal: new AbortController().signal, locate: () => images },
    ...{ earlier: async () => [], metric: nothing, progress: nothing, warn: nothing },
  })) as never as Record<string, never>
}

/** A folder as `model.save` writes it. */
async function saveLayers(model: tf.LayersModel, folder: string): Promise<void> {
  mkdirSync(folder)
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      writeFileSync(join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer))
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }))
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
}

/** A split folder of drawn images and what stages make of it, with one trial for every built-in stage. */
async function builtInTrials(): Promise<typeof trials> {
  const images = join(dir, 'images')
  const files = await writeSampleImages(images, { seed: 1, perClass: 6, size: 16 })
  const classes = ['boot', 'sandal', 'shoe']
  const labelled = files.map(({ path, sha256 }) => ({
    file: path,
    sha256,
    label: classes.indexOf(path.split('/')[0] ?? ''),
  }))
  const every = (rest: number) => labelled.filter((_, i) => i % 3 === rest)
  const parts = { train: every(0), validation: every(1), test: every(2) }
  const drawn = { classes, source: digestTree(files), parts }
  const sizes = { imageSize: 16, patchSize: 8, hiddenSize: 8, layers: 1, heads: 2 }
  const newEngine = async () => createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
  const engine = await newEngine()
  const { model } = await made('model/vit', sizes, { dataset: drawn }, images)
  const { data } = await made('transform/image-processor', {}, { dataset: drawn, model }, images)
  const { features } = await made('features/backbone', {}, { model, data }, images, engine)
  const { history } = await made('train/supervised', { epochs: 1 }, { model, data }, images, engine)
  const { evaluation } = await made('evaluate/classification', {}, { model, data }, images, engine)
  await engine.dispose()

  const rows = labelled.map(({ file, label }) => `${file},${classes[label]}`)
  writeFileSync(join(dir, 'labels.csv'), ['path,label', ...rows].join('\n'))
  const split = Object.entries(parts).flatMap(([part, examples]) => examples.map(({ file }) => `${file},${part}`))
  writeFileSync(join(dir, 'split.csv'), ['file,part', ...split].join('\n'))
  writeFileSync(join(dir, 'own.ts'), ownExamples.get('small-net.ts') ?? '')
  const convolution = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [16, 16, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
  await saveLayers(convolution, join(dir, 'layers'))
  const one = { dataset }
  const whole = { inputs: { model, data }, folders: [images], engine: newEngine }
  return {
    'load/sample': { params: { perClass: 3, size: 16 }, others: { perClass: 4 } },
    'load/imagefolder': { params: { root: images }, others: { limit: 5, onError: 'skip' } },
    'load/table': { params: { file: join(dir, 'labels.csv'), root: images }, others: { limit: 5 } },
    'load/parquet': { params: { root: join(goldens, 'parquet/hub') }, others: { limit: 2 } },
    'load/hub': { params: { repo: 'hf://datasets/owner/shoes' }, others: { limit: 2 } },
    'split/stratified': { inputs: one, params: { train: 0.6, validation: 0.2, test: 0.2 }, others: { leaks: 'fail' } },
    'split/random': { inputs: one, params: { train: 0.5, validation: 0.25, test: 0.25 }, others: { leaks: 'fail' } },
    'split/kfold': { inputs: one, params: { folds: 3, fold: 0 }, others: { fold: 1 } },
    'split/huggingface': { inputs: one, params: { test: 0.2 }, others: { stratify: true } },
    'split/manifest': {
      inputs: { dataset: { ...drawn, parts: { all: labelled } } },
      params: { file: join(dir, 'split.csv') },
      others: { unlisted: 'leaveOut' },
    },
    'model/vit': { inputs: one, params: sizes, others: { layers: 2, heads: 1 } },
    'model/pretrained': { inputs: one, params: { weights: join(goldens, 'vit-tiny') }, others: { head: 'new' } },
    'model/function': { inputs: one, params: { file: join(dir, 'own.ts'), imageSize: 16 }, others: { imageSize: 32 } },
    'model/layers': { inputs: one, params: { folder: join(dir, 'layers') }, others: { head: 'new' } },
    'transform/image-processor': {
      inputs: { dataset: drawn, model },
      folders: [images],
      params: { materialize: true },
      others: { materialize: false, backend: 'torchvision' },
    },
    'features/backbone': { ...whole, others: { workers: 1, batchSize: 4 } },
    'train/supervised': { ...whole, params: { epochs: 2, batchSize: 3 }, others: { workers: 1, learningRate: 1 } },
    'train/head': { inputs: { model, features }, params: { epochs: 2 }, engine: newEngine, others: { epochs: 3 } },
    'evaluate/classification': { ...whole, others: { workers: 1, part: 'validation' } },
    'report/html': {
      inputs: { runs: [evaluation], training: history, data },
      folders: [images],
      others: { title: 'Another' },
    },
  }
}

describe('every built-in', () => {
  it.each(stages.map(({ uses }) => uses))('%s conforms', async (uses) => {
    expect(await testStage({ stage: named(uses), ...trials[uses] })).toEqual([])
  })

  it('has a trial', () => expect(stages.map(({ uses }) => uses).filter((uses) => !(uses in trials))).toEqual([]))
})

describe('what the kit finds', () => {
  const good = {
    uses: 'transform/trial',
    version: 1,
    summary: 'Keeps the dataset.',
    params: Type.Object(
      {
        keep: Type.Integer({ default: 2, description: 'How many.' }),
        workers: Type.Integer({ default: 1, description: 'Threads.', ...ignoredByKey('threads change no byte') }),
      },
      { additionalProperties: false },
    ),
    inputs: { dataset: Dataset },
    outputs: { dataset: Dataset },
    metrics: {},
    needs: [],
    run: async ({ inputs }: { inputs: { dataset: typeof dataset } }) => ({ dataset: inputs.dataset }),
  } as const
  const problems = (over: Partial<Record<keyof AnyStage, unknown>>, trial: Partial<StageTrial> = {}) =>
    testStage({ stage: { ...good, ...over } as never, inputs: { dataset }, ...trial })
  let count = 0
  const drawn = () => ({ dataset: { ...dataset, classes: [...dataset.classes, `${count++}`] } })

  it('nothing about a good one', async () => {
    expect(await problems({}, { others: { keep: 3, workers: 2 } })).toEqual([])
    expect(defineStage(good as never)).toBeDefined()
    expect(many(Dataset)).toBeDefined()
  })

  it('bytes that come from nowhere', async () => {
    expect(await problems({ run: async () => drawn() })).toEqual([
      'transform/trial: the same params, inputs and seed give other bytes',
      "transform/trial: another seed gives other bytes: declare needs: ['seed']",
    ])
  })

  it('an ignored param that counts, and one that counts and is ignored', async () => {
    const run = async ({ params }: { params: { workers: number } }) => ({
      dataset: { ...dataset, source: `${params.workers}` },
    })
    expect(await problems({ run }, { others: { workers: 2 } })).toEqual([
      'transform/trial: its param workers is ignored, and changes the bytes',
    ])
  })

  it('a source folder that is written', async () => {
    const root = join(dir, 'written')
    await writeSampleImages(root, { seed: 1, perClass: 1, size: 16 })
    const params = Type.Object(
      { root: Type.String({ description: 'A folder.', 'x-xp-key': 'tree' }) },
      { additionalProperties: false },
    )
    const run = async () => {
      writeFileSync(join(root, 'more.txt'), `${count++}`)
      return { dataset }
    }
    await expect(problems({ params, run }, { params: { root } })).rejects.toThrow(/changed while the stage read them/)
  })

  it('a stage that does not stop', async () => {
    const run = async ({ progress }: { progress(done: number, total: number, what: string): void }) => {
      for (let i = 0; i < 10; i++) progress(i, 10, 'steps')
      return { dataset }
    }
    expect(await problems({ run })).toEqual(['transform/trial: it goes on after it was to stop: 10 words of progress'])
  })

  it('missing declarations', async () => {
    expect(
      await problems({ summary: 'no sentence', params: Type.Object({ keep: Type.Integer({ default: 1 }) }) }),
    ).toEqual([
      'transform/trial: its summary is no sentence',
      'transform/trial: its params take unknown names: say additionalProperties: false',
      'transform/trial: its param keep has no description',
    ])
    expect(await problems({ metrics: undefined })).toEqual(['transform/trial: metrics must be a table'])
  })

  it('an output that does not survive reading', async () => {
    let writes = 0
    const Odd = {
      ...Dataset,
      write: async (folder: string) => writeFileSync(join(folder, 'value.json'), `${writes++ % 2}`),
    }
    const found = await problems({ outputs: { dataset: Odd } })
    expect(found).toContain('transform/trial: its output dataset, read and written again, has other bytes')
  })
})
