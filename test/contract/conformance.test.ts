import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dataset } from '../../src/artifacts/dataset.ts'
import { writeSampleImages } from '../../src/images/shapes.ts'
import { defineStage, ignoredByKey, many, Type } from '../../src/index.ts'
import type { AnyStage } from '../../src/registry/stage.ts'
import { stages } from '../../src/stages/index.ts'
import { type StageTrial, testStage } from '../../src/testing.ts'

const goldens = resolve(import.meta.dirname, '../goldens')
let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'xp-conformance-'))
  await writeSampleImages(join(dir, 'images'), { seed: 1, perClass: 6, size: 16 })
})
afterAll(() => rmSync(dir, { recursive: true }))

const named = (uses: string) => stages.find((stage) => stage.uses === uses) as AnyStage
const example = (n: number, label: number) => ({ file: `${label}/${n}.png`, sha256: `${n}`.padStart(64, '0'), label })
const all = Array.from({ length: 30 }, (_, n) => example(n, n % 3))
const dataset = { classes: ['a', 'b', 'c'], source: 'f'.repeat(64), parts: { all } }

/** How each built-in is tried whose bytes are the same on every machine; the others train. */
const trials: Readonly<Record<string, () => Omit<StageTrial, 'stage'>>> = {
  'load/sample': () => ({ params: { perClass: 3, size: 16 }, others: { perClass: 4 } }),
  'load/imagefolder': () => ({ params: { root: join(dir, 'images') }, others: { limit: 5, onError: 'skip' } }),
  'load/parquet': () => ({ params: { root: join(goldens, 'parquet/hub') }, others: { limit: 2 } }),
  'split/stratified': () => ({
    inputs: { dataset },
    params: { train: 0.6, validation: 0.2, test: 0.2 },
    others: { leaks: 'fail' },
  }),
  'split/random': () => ({ inputs: { dataset }, params: { train: 0.5, validation: 0.25, test: 0.25 } }),
  'split/kfold': () => ({ inputs: { dataset }, params: { folds: 3, fold: 0 }, others: { fold: 1 } }),
  'split/huggingface': () => ({ inputs: { dataset }, params: { test: 0.2 } }),
  'model/vit': () => ({
    inputs: { dataset },
    params: { imageSize: 16, patchSize: 8, hiddenSize: 8, layers: 1, heads: 2 },
    others: { layers: 2, heads: 1 },
  }),
  'model/pretrained': () => ({
    inputs: { dataset },
    params: { weights: join(goldens, 'vit-tiny') },
    others: { head: 'new' },
  }),
}

describe('every built-in whose bytes are the same on every machine', () => {
  it.each(Object.keys(trials))('%s conforms', async (uses) => {
    expect(await testStage({ stage: named(uses), ...trials[uses]?.() })).toEqual([])
  })
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
