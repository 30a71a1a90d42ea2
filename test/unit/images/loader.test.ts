import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Example } from '../../../src/artifacts/dataset.ts'
import type { Augmentation } from '../../../src/artifacts/processed-images.ts'
import { drawnErasing } from '../../../src/images/augmentation/draw.ts'
import { isMirrored } from '../../../src/images/augmentation/flip.ts'
import { decodeImage } from '../../../src/images/decode.ts'
import { inspectFiles } from '../../../src/images/inspect.ts'
import { type BatchOptions, createImageLoader, type ImageLoader } from '../../../src/images/loader.ts'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { process } from '../../../src/images/processor.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { picture } from './picture.ts'

const processor = parsePreprocessorConfig({ size: 16 }, 'preprocessor_config.json')
const perImage = 16 * 16 * 3
let root: string
let examples: readonly Example[]
let loader: ImageLoader
const signal = new AbortController().signal

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xp-loader-'))
  await mkdir(join(root, 'a b'))
  examples = await Promise.all(
    Array.from({ length: 23 }, async (_, i) => {
      const { data, width, height } = picture(20 + i, 30)
      const file = `a b/é=${i}.jpg`
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toFile(join(root, file))
      return { file, sha256: sha256(await readFile(join(root, file))), label: i % 3 }
    }),
  )
  loader = createImageLoader({ root, processor, workers: 2 })
})
afterAll(() => loader.close())

async function collect(from: ImageLoader, options: BatchOptions, of = examples) {
  const found: { size: number; indices: number[]; labels: number[]; pixels: number[] }[] = []
  for await (const { size, indices, labels, pixels } of from.batches(of, options)) {
    found.push({ size, indices: [...indices], labels: [...labels], pixels: [...pixels] })
  }
  return found
}

async function expected(index: number): Promise<number[]> {
  return [...process(await decodeImage(join(root, examples[index]?.file ?? '')), processor)]
}

it('it gives every example once, in order, the last batch short', async () => {
  const batches = await collect(loader, { batchSize: 8, signal })
  expect(batches.map((b) => b.size)).toEqual([8, 8, 7])
  expect(batches.flatMap((b) => b.indices)).toEqual([...examples.keys()])
  expect(batches.flatMap((b) => b.labels)).toEqual(examples.map((e) => e.label))
  const pixels = batches.flatMap((b) => b.pixels)
  for (const i of [0, 9, 22]) expect(pixels.slice(i * perImage, (i + 1) * perImage)).toEqual(await expected(i))
})

it('it follows the order given, repeats included', async () => {
  const order = Int32Array.of(5, 5, 22, 0, 7)
  const batches = await collect(loader, { batchSize: 2, order, signal })
  expect(batches.flatMap((b) => b.indices)).toEqual([...order])
  const pixels = batches.flatMap((b) => b.pixels)
  for (const [at, i] of order.entries()) {
    expect(pixels.slice(at * perImage, (at + 1) * perImage)).toEqual(await expected(i))
  }
})

it('it gives the same pixels from its cache, without it, and from one worker', async () => {
  const again = await collect(loader, { batchSize: 23, signal })
  const bare = createImageLoader({ root, processor, workers: 1, cacheBytes: 0 })
  const small = createImageLoader({ root, processor, workers: 1, cacheBytes: 3 * perImage })
  try {
    expect(await collect(bare, { batchSize: 23, signal })).toEqual(again)
    await collect(small, { batchSize: 4, signal })
    expect(await collect(small, { batchSize: 23, signal })).toEqual(again)
  } finally {
    await Promise.all([bare.close(), small.close()])
  }
})

it('it mirrors the images that seed, epoch and index say', async () => {
  const augmentation = { spec: { horizontalFlip: 0.5 }, seed: 3, epoch: 2 }
  const [plain] = await collect(loader, { batchSize: 23, signal })
  const [flipped] = await collect(loader, { batchSize: 23, augmentation, signal })
  const mirrored = [...examples.keys()].filter((i) => isMirrored(augmentation.spec, 3, 2, i))
  expect(mirrored.length).toBeGreaterThan(4)
  expect(mirrored.length).toBeLessThan(19)
  for (const i of examples.keys()) {
    const row = (b: typeof plain, y: number) => b?.pixels.slice(i * perImage + y * 48, i * perImage + y * 48 + 48) ?? []
    const byPixel = Array.from({ length: 16 }, (_, x) => row(plain, 5).slice(x * 3, x * 3 + 3))
    expect(row(flipped, 5)).toEqual((mirrored.includes(i) ? byPixel.reverse() : byPixel).flat())
  }
})

describe('augmentation', () => {
  const everything: Augmentation = {
    randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
    horizontalFlip: 0.5,
    verticalFlip: 0.5,
    rotation: 15,
    colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
    randAugment: { ops: 2, magnitude: 9 },
    randomErasing: 0.5,
  }
  const { randomResizedCrop: _, ...fitted } = everything
  const drawn = (spec: Augmentation, epoch: number) => ({ spec, seed: 3, epoch })

  it.each([
    ['of whole images', fitted],
    ['of random parts', everything],
  ])('it gives the same pixels %s from any workers, order, batches and start', async (_, spec) => {
    const augmentation = drawn(spec, 1)
    const [whole] = await collect(loader, { batchSize: 23, augmentation, signal })
    const one = createImageLoader({ root, processor, workers: 1, cacheBytes: 0 })
    const order = Int32Array.from(examples.keys(), (i) => 22 - i)
    try {
      const backward = await collect(one, { batchSize: 4, order, augmentation, signal })
      const pixels = backward.flatMap((b) => b.pixels)
      for (const i of examples.keys()) {
        const at = (22 - i) * perImage
        expect(pixels.slice(at, at + perImage)).toEqual(whole?.pixels.slice(i * perImage, (i + 1) * perImage))
      }
    } finally {
      await one.close()
    }
  })

  it('it draws anew each epoch, and leaves what it keeps of images as it is', async () => {
    const [plain] = await collect(loader, { batchSize: 23, signal })
    const [first] = await collect(loader, { batchSize: 23, augmentation: drawn(fitted, 0), signal })
    const [second] = await collect(loader, { batchSize: 23, augmentation: drawn(fitted, 1), signal })
    const [cropped] = await collect(loader, { batchSize: 23, augmentation: drawn(everything, 1), signal })
    expect(new Set([plain, first, second, cropped].map((b) => String(b?.pixels))).size).toBe(4)
    expect(await collect(loader, { batchSize: 23, signal })).toEqual([plain])
  })

  it('it erases to 0, the mean after normalisation, and nothing else', async () => {
    const spec = { horizontalFlip: 0, randomErasing: 1 }
    const [plain] = await collect(loader, { batchSize: 23, signal })
    const [erased] = await collect(loader, { batchSize: 23, augmentation: drawn(spec, 0), signal })
    for (const i of examples.keys()) {
      const box = drawnErasing(spec, { seed: 3, epoch: 0, index: i }, { width: 16, height: 16 })
      const expected = (plain?.pixels ?? []).slice(i * perImage, (i + 1) * perImage).map((v, at) => {
        const [x, y] = [Math.floor(at / 3) % 16, Math.floor(at / 48)]
        const inside = box && x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height
        return inside ? 0 : v
      })
      expect(erased?.pixels.slice(i * perImage, (i + 1) * perImage)).toEqual(expected)
    }
  })
})

it('it draws flips anew each epoch, at the rate asked for', () => {
  const flips = (epoch: number) =>
    Array.from({ length: 4000 }, (_, i) => isMirrored({ horizontalFlip: 0.3 }, 42, epoch, i))
  const [first, second] = [flips(0), flips(1)]
  expect(first).not.toEqual(second)
  expect(first.filter(Boolean).length / 4000).toBeCloseTo(0.3, 1)
  expect(flips(0)).toEqual(first)
  expect(Array.from({ length: 50 }, (_, i) => isMirrored({ horizontalFlip: 0 }, 1, 1, i))).not.toContain(true)
})

it('it keeps a batch valid while the next one is in use', async () => {
  const source = loader.batches(examples, { batchSize: 2, signal })
  const first = (await source.next()).value
  const before = [...(first?.pixels ?? [])]
  await source.next()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([...(first?.pixels ?? [])]).toEqual(before)
  await source.return(undefined)
})

it('it answers no batch for no examples', async () => {
  expect(await collect(loader, { batchSize: 4, signal }, [])).toEqual([])
})

describe('what goes wrong', () => {
  it('it names an image that cannot be read, and serves others after that', async () => {
    await writeFile(join(root, 'bad.jpg'), 'no picture')
    const bad = [...examples.slice(0, 3), { file: 'bad.jpg', sha256: 'x', label: 0 }]
    await expect(collect(loader, { batchSize: 4, signal }, bad)).rejects.toThrow(/bad\.jpg cannot be read as an image/)
    expect(await collect(loader, { batchSize: 23, signal })).toHaveLength(1)
  })

  it('it stops within a batch when it is aborted', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const run = async () => {
      for await (const batch of loader.batches(examples, { batchSize: 2, signal: controller.signal })) {
        seen.push(batch.size)
        if (seen.length === 3) controller.abort(new Error('stop'))
      }
    }
    await expect(run()).rejects.toThrow('stop')
    expect(seen).toHaveLength(3)
  })

  it('it finds every undecodable file of a listing, in order', async () => {
    await writeFile(join(root, 'cut.jpg'), (await readFile(join(root, examples[0]?.file ?? ''))).subarray(0, 400))
    const files = ['bad.jpg', ...examples.map((e) => e.file), 'cut.jpg']
    let last = 0
    const { bad, sizes, modes } = await inspectFiles(root, files, {
      signal,
      workers: 1,
      onProgress: (done) => (last = done),
    })
    expect(bad.map((b) => b.file)).toEqual(['bad.jpg', 'cut.jpg'])
    expect([...sizes.subarray(0, 2)]).toEqual([0, 0])
    expect(Math.min(...sizes.subarray(2, -2))).toBeGreaterThan(0)
    expect(modes.slice(0, 2)).toEqual([undefined, 'RGB'])
    expect(last).toBe(files.length)
  })
})
