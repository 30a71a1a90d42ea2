import { copyFile, mkdtemp, readFile, rename, statfs, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Dataset, Example } from '../../../src/artifacts/dataset.ts'
import { type Augmentation, ProcessedImages } from '../../../src/artifacts/processed-images.ts'
import { decodeImage } from '../../../src/images/decode.ts'
import { type BatchOptions, createImageLoader, type ImageLoader, openImages } from '../../../src/images/loader.ts'
import { materializeImages } from '../../../src/images/materialize.ts'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { resizeAndCrop } from '../../../src/images/processor.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { picture } from './picture.ts'

vi.mock('node:fs/promises', { spy: true })

const processor = parsePreprocessorConfig({ size: { height: 12, width: 20 } }, 'preprocessor_config.json')
const imageBytes = 12 * 20 * 3
const headerBytes = 128
const signal = new AbortController().signal
let root: string
let dataset: Dataset

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xp-materialize-'))
  const examples: Example[] = []
  for (let i = 0; i < 40; i++) {
    const file = `${i}.png`
    const { data, width, height } = picture(20 + i, 30)
    if (i === 5) await copyFile(join(root, '4.png'), join(root, file))
    else
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(join(root, file))
    examples.push({ file, sha256: sha256(await readFile(join(root, file))), label: i % 2 })
  }
  // Image 30 stands in both parts.
  dataset = { classes: ['a', 'b'], source: 'tree', parts: { train: examples.slice(0, 31), test: examples.slice(30) } }
})

async function made(of: Dataset = dataset, from = root, abort = signal) {
  const file = join(await mkdtemp(join(tmpdir(), 'xp-materialize-')), 'images.npy')
  const told: number[] = []
  const progress: number[] = []
  await materializeImages({ dataset: of, processor }, from, file, {
    signal: abort,
    onSize: (images, bytes) => void told.push(images, bytes, progress.length),
    onProgress: (done) => void progress.push(done),
  })
  return { file, told, progress }
}

async function pixelsOf(loader: ImageLoader, examples: readonly Example[], options: Partial<BatchOptions> = {}) {
  const found: number[] = []
  try {
    for await (const { pixels } of loader.batches(examples, { batchSize: 8, signal, ...options })) found.push(...pixels)
  } finally {
    await loader.close()
  }
  return found
}
const stored = (file: string): ProcessedImages => ({
  dataset,
  processor,
  augmentation: { horizontalFlip: 0 },
  materialized: { file },
})

it('it writes each content once, as the processor fits it, and says before how much that is', async () => {
  const { file, told, progress } = await made()
  const bytes = await readFile(file)
  expect(bytes.toString('latin1', 1, headerBytes)).toMatch(/^NUMPY.*'\|u1'.*'shape': \(39, 12, 20, 3\), \} *\n$/s)
  expect(bytes).toHaveLength(headerBytes + 39 * imageBytes)
  expect(told).toEqual([39, bytes.length, 0])
  expect(progress.at(-1)).toBe(39)
  for (const [row, i] of [
    [0, 0],
    [4, 4],
    [5, 6],
    [29, 30],
    [38, 39],
  ] as const) {
    const expected = resizeAndCrop(await decodeImage(join(root, `${i}.png`)), processor)
    const at = headerBytes + row * imageBytes
    expect(bytes.subarray(at, at + imageBytes).equals(expected.data), `row ${row}`).toBe(true)
  }
  expect(sha256(await readFile((await made()).file))).toBe(sha256(bytes))
})

it('it gives the pixels of decoding, with and without random changes, once the images are gone', async () => {
  const spec: Augmentation = {
    horizontalFlip: 0.5,
    rotation: 20,
    randAugment: { ops: 2, magnitude: 9 },
    randomErasing: 0.5,
  }
  const augmentation = { spec, seed: 1, epoch: 2 }
  const { train = [], test = [] } = dataset.parts
  const decoding = () => createImageLoader({ root, processor, cacheBytes: 0 })
  const [plain, changed] = [await pixelsOf(decoding(), test), await pixelsOf(decoding(), train, { augmentation })]
  const { file } = await made()
  await rename(root, `${root}-away`)
  try {
    const reading = () => openImages(stored(file), { root, workers: 1 })
    expect(await pixelsOf(reading(), test)).toEqual(plain)
    expect(await pixelsOf(reading(), train, { augmentation })).toEqual(changed)
  } finally {
    await rename(`${root}-away`, root)
  }
  expect(plain.length).toBe(10 * imageBytes)
  expect(changed.length).toBe(31 * imageBytes)
})

it('it decodes what has no row', async () => {
  const { train = [], test = [] } = dataset.parts
  const { file } = await made({ ...dataset, parts: { train } })
  const rows = new Map([...new Set(train.map((example) => example.sha256))].map((content, row) => [content, row]))
  const partly = createImageLoader({ root, processor, materialized: { file, rows } })
  expect(await pixelsOf(partly, test)).toEqual(await pixelsOf(createImageLoader({ root, processor }), test))
})

it('it is an artifact of two files, without a path in it', async () => {
  const { file } = await made()
  const dir = await mkdtemp(join(tmpdir(), 'xp-materialize-'))
  await ProcessedImages.write(dir, stored(file))
  await unlink(file)
  const { materialized, ...value } = await ProcessedImages.read(dir)
  expect(materialized).toEqual({ file: join(dir, 'images.npy') })
  const { materialized: _, ...expected } = stored(file)
  expect(value).toEqual(expected)
  expect(await readFile(join(dir, 'value.json'), 'utf8')).not.toContain('materialized')
})

describe('what goes wrong', () => {
  it('it names an image that cannot be read', async () => {
    await writeFile(join(root, 'bad.png'), 'no picture')
    const parts = { train: [...(dataset.parts.train ?? []), { file: 'bad.png', sha256: 'x', label: 0 }] }
    await expect(made({ ...dataset, parts })).rejects.toMatchObject({
      code: 'XP_UNREADABLE_IMAGE',
      message: expect.stringContaining('bad.png'),
    })
  })

  it('it stops when it is aborted', async () => {
    await expect(made(dataset, root, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })

  it('it refuses a disk without room before it writes', async () => {
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 2, bsize: 4096 } as never)
    await expect(made()).rejects.toMatchObject({
      code: 'XP_DISK',
      exit: 'environment',
      details: { neededBytes: headerBytes + 39 * imageBytes, freeBytes: 8192 },
    })
  })

  it('it refuses a file that was cut, or is not there', async () => {
    const { file } = await made()
    await truncate(file, headerBytes + 38 * imageBytes)
    const refusal = { code: 'XP_DAMAGED_PIXELS', exit: 'data', message: expect.stringContaining(file) }
    const opened = () => openImages(stored(file), { root, workers: 1 })
    expect(opened).toThrow(expect.objectContaining(refusal))
    await unlink(file)
    expect(opened).toThrow(expect.objectContaining(refusal))
  })
})
