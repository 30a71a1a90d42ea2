import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/artifacts/dataset.ts'
import { writeSampleImages } from '../../../src/images/shapes.ts'
import stratified from '../../../src/stages/split/stratified.ts'
import imageProcessor from '../../../src/stages/transform/image-processor.ts'
import { sha256 } from '../../../src/std/hash.ts'

const dataset = (perClass: readonly number[]): Dataset => ({
  classes: perClass.map((_, label) => `class ${label}`),
  source: 'tree',
  parts: {
    all: perClass.flatMap((n, label) =>
      Array.from({ length: n }, (_, i) => ({ file: `${label}/${i}.jpg`, sha256: `${label}-${i}`, label })),
    ),
  },
})

describe('split/stratified', () => {
  async function split(of: Dataset, params: { train: number; validation: number; test: number; of?: string }) {
    const warnings: string[] = []
    const metrics: Record<string, number> = {}
    const ctx = {
      params,
      inputs: { dataset: of },
      seed: 42,
      earlier: async () => [],
      warn: (message: string) => void warnings.push(message),
      metric: (name: string, value: number) => {
        metrics[name] = value
      },
    }
    const { dataset: made } = await stratified.run(ctx as never)
    return { ...made, warnings, metrics }
  }

  it('it gives each part its share of each class and keeps classes and source', async () => {
    const made = await split(dataset([100, 50]), { train: 0.64, validation: 0.16, test: 0.2 })
    const count = (part: string, label: number) => made.parts[part]?.filter((e) => e.label === label).length
    expect([count('train', 0), count('validation', 0), count('test', 0)]).toEqual([64, 16, 20])
    expect([count('train', 1), count('validation', 1), count('test', 1)]).toEqual([32, 8, 10])
    expect(made).toMatchObject({ classes: ['class 0', 'class 1'], source: 'tree', warnings: [] })
    expect(made.metrics).toEqual({ 'split/train': 96, 'split/validation': 24, 'split/test': 30 })
  })

  it('it leaves out parts of fraction 0, and splits one part of a split, the others as they are', async () => {
    const once = await split(dataset([10, 10]), { train: 0.5, validation: 0, test: 0.5 })
    expect(Object.keys(once.parts)).toEqual(['train', 'test'])
    const twice = await split(once, { train: 0.6, validation: 0.4, test: 0, of: 'train' })
    expect(Object.entries(twice.parts).map(([part, { length }]) => [part, length])).toEqual([
      ['train', 6],
      ['validation', 4],
      ['test', 10],
    ])
    expect(twice.parts.test).toEqual(once.parts.test)
    expect(twice.metrics).toEqual({ 'split/train': 6, 'split/validation': 4 })
    // To split all of it anew would move images from the test part into training.
    const anew = split(once, { train: 0.5, validation: 0, test: 0.5 })
    await expect(anew).rejects.toMatchObject({ code: 'XP_ALREADY_SPLIT', exit: 'data' })
  })

  it('it refuses fractions that do not add up to 1, with the sum', async () => {
    const params = { train: 0.7, validation: 0.2, test: 0.2, leaks: 'warn' as const }
    const refusal = { code: 'XP_SPLIT_FRACTIONS', exit: 'config', message: expect.stringContaining('= 1.1') }
    await expect(stratified.check?.({ params, sources: {}, foreseen: {}, engine: {} })).rejects.toMatchObject(refusal)
    await expect(split(dataset([9]), params)).rejects.toMatchObject(refusal)
    await expect(
      stratified.check?.({
        params: { ...params, train: 0.1 + 0.2, validation: 0.3, test: 0.4 },
        sources: {},
        foreseen: {},
        engine: {},
      }),
    ).resolves.toEqual({ dataset: { parts: ['train', 'validation', 'test'] } })
  })

  it('it refuses an empty part and warns of a class that a part lacks', async () => {
    await expect(split(dataset([2, 2]), { train: 0.9, validation: 0, test: 0.1 })).rejects.toMatchObject({
      code: 'XP_EMPTY_PART',
      exit: 'data',
    })
    const { warnings } = await split(dataset([20, 1]), { train: 0.8, validation: 0, test: 0.2 })
    expect(warnings).toEqual(['part "test" has no image of "class 1"'])
  })
})

describe('transform/image-processor', () => {
  async function transform(files: Readonly<Record<string, string>>, horizontalFlip = 0, backend = 'pil') {
    const dir = await mkdtemp(join(tmpdir(), 'xp-transform-'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
    const inputs = { dataset: dataset([1, 1]), model: { dir } }
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    const { data } = await imageProcessor.run({
      params: { augment: { horizontalFlip }, backend },
      inputs,
      warn,
    } as never)
    return { data, warnings }
  }

  it('it follows the preprocessor_config.json of the model', async () => {
    const files = {
      'preprocessor_config.json': '{"size": 32}',
      'config.json': '{"model_type": "vit", "image_size": 32}',
    }
    const { data, warnings } = await transform(files, 0.5)
    expect(warnings).toEqual([])
    expect(data.processor.size).toEqual({ height: 32, width: 32 })
    expect(data.augmentation).toEqual({ horizontalFlip: 0.5 })
    expect(data.dataset).toEqual(dataset([1, 1]))
  })

  it('it takes the backend that is asked for, and refuses a filter that this one lacks', async () => {
    const file = (resample: number) => ({
      'preprocessor_config.json': `{"size": 32, "resample": ${resample}}`,
      'config.json': '{"model_type": "vit", "image_size": 32}',
    })
    expect((await transform(file(3), 0, 'torchvision')).data.processor.backend).toBe('torchvision')
    expect((await transform(file(5))).data.processor.backend).toBe('pil')
    const refusal = { code: 'XP_NO_TORCHVISION_FILTER', exit: 'config', message: expect.stringContaining('hamming') }
    await expect(transform(file(5), 0, 'torchvision')).rejects.toMatchObject(refusal)
  })

  it('it materializes images on request, each content once, and says how much that is', async () => {
    const root = await mkdtemp(join(tmpdir(), 'xp-transform-'))
    await writeSampleImages(root, { seed: 1, perClass: 2, size: 16 })
    const listed = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.'))
    const all = listed.map((file) => ({ file, sha256: sha256(readFileSync(join(root, file))), label: 0 }))
    await writeFile(join(root, 'preprocessor_config.json'), '{"size": 32}')
    await writeFile(join(root, 'config.json'), '{"model_type": "vit", "image_size": 32}')
    const metrics: (readonly [string, number])[] = []
    const { data } = await imageProcessor.run({
      params: { augment: { horizontalFlip: 0 }, backend: 'pil', materialize: true },
      inputs: { dataset: { classes: ['a'], source: 'tree', parts: { all } }, model: { dir: root } },
      scratch: await mkdtemp(join(tmpdir(), 'xp-transform-')),
      signal: new AbortController().signal,
      locate: () => root,
      metric: (name: string, value: number) => void metrics.push([name, value]),
      progress: () => undefined,
    } as never)
    const rows = new Set(all.map((example) => example.sha256)).size
    const { size } = statSync(data.materialized?.file ?? '')
    expect(size).toBe(128 + rows * 32 * 32 * 3)
    expect(metrics).toEqual([
      ['transform/images', rows],
      ['transform/bytes', size],
    ])
  })

  it('it refuses to materialize what random crops are cut from, before work starts', async () => {
    const augment = { horizontalFlip: 0, randomResizedCrop: { scale: [0.08, 1], ratio: [0.75, 1.33] } }
    const check = (materialize: boolean) =>
      imageProcessor.check?.({
        params: { augment, backend: 'pil', materialize } as never,
        sources: {},
        foreseen: {},
        engine: {},
      })
    await expect(check(true)).rejects.toMatchObject({ code: 'XP_CROPPED_MATERIALIZED', exit: 'config' })
    await expect(check(false)).resolves.toEqual({ data: {} })
  })

  it.each([
    ['vit', 384, ['24 × 24 patches, the checkpoint was made for 14 × 14']],
    ['vit', 224, []],
    ['dinov2', 98, []],
    ['convnext', 200, []],
  ])('it says what becomes of positions: %s at %i', async (type, size, expected) => {
    const files = {
      'preprocessor_config.json': `{"size": ${size}}`,
      'config.json': `{"model_type": "${type}"}`,
    }
    const { warnings } = await transform(files)
    expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)))
  })

  it.each([
    ['no preprocessor_config.json', {}, 'XP_MISSING_PREPROCESSOR_CONFIG'],
    ['text that is no JSON', { 'preprocessor_config.json': '{' }, 'XP_MALFORMED_JSON'],
    [
      'a size that is no whole number of patches',
      { 'preprocessor_config.json': '{"size": 40}', 'config.json': '{"model_type": "vit"}' },
      'XP_PATCHES_DO_NOT_FIT',
    ],
  ])('it refuses %s', async (_, files, code) => {
    await expect(transform(files as never)).rejects.toMatchObject({ code, exit: 'data' })
  })
})
