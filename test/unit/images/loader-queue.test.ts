import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Example } from '../../../src/artifacts/dataset.ts'
import { createImageLoader } from '../../../src/images/loader.ts'
import { createPool } from '../../../src/images/pool.ts'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import type { Slice } from '../../../src/images/worker.ts'
import { npyHeader } from '../../../src/std/npy.ts'

vi.mock('../../../src/images/pool.ts', { spy: true })

const processor = parsePreprocessorConfig({ size: 16 }, 'preprocessor_config.json')
const imageBytes = 16 * 16 * 3
const batchSize = 8
const slicesOfBatch = 2
/** Begun ahead of the one in use. */
const ahead = 2
const signal = new AbortController().signal

let asked: Slice[]
let finish: (() => void)[]
let isPrompt: boolean

/** Workers that note what they are asked for, and finish at once or when told. */
beforeEach(() => {
  asked = []
  finish = []
  isPrompt = true
  const run = (slice: Slice) => {
    asked.push(slice)
    return isPrompt ? Promise.resolve(undefined) : new Promise<undefined>((done) => finish.push(() => done(undefined)))
  }
  vi.mocked(createPool).mockReset()
  vi.mocked(createPool).mockResolvedValue({ run, destroy: async () => undefined } as never)
})

const manyExamples = (count: number, contents = count): readonly Example[] =>
  Array.from({ length: count }, (_, i) => ({ file: `${i}.jpg`, sha256: `content ${i % contents}`, label: 0 }))
const open = (options: Partial<Parameters<typeof createImageLoader>[0]> = {}) =>
  createImageLoader({ root: '/images', processor, workers: 2, ...options })
/** Lets everything go on that waits for nothing. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
const itemsOf = (slices: readonly Slice[]) => slices.flatMap(({ items }) => items)

it('it asks for nothing before a batch is, and then for so many batches ahead of a slow reader', async () => {
  const source = open().batches(manyExamples(100_000), { batchSize, signal })
  await settled()
  expect(asked).toHaveLength(0)
  for (let read = 1; read <= 20; read++) {
    await source.next()
    await settled()
    expect(itemsOf(asked)).toHaveLength((read + ahead) * batchSize)
  }
  await source.return(undefined)
  await settled()
  expect(itemsOf(asked)).toHaveLength((20 + ahead) * batchSize)
})

it('it has no more than that in its workers’ queue, however slow they are', async () => {
  isPrompt = false
  const source = open().batches(manyExamples(100_000), { batchSize, signal })
  const first = source.next()
  await settled()
  expect(asked).toHaveLength((1 + ahead) * slicesOfBatch)
  for (const done of finish.splice(0)) done()
  await first
  void source.next()
  await settled()
  // Two of the three were made already; one more was begun.
  expect(finish).toHaveLength(slicesOfBatch)
})

it('it holds the pixels of four batches, in the same memory again and again, and workers write there', async () => {
  const memory = new Map<number, Set<SharedArrayBuffer>>()
  for (const count of [160, 1600]) {
    asked = []
    const buffers = new Set<SharedArrayBuffer>()
    for await (const batch of open().batches(manyExamples(count), { batchSize, signal })) {
      expect(asked.some(({ pixels }) => pixels === batch.pixels.buffer)).toBe(true)
    }
    for (const { pixels } of asked) buffers.add(pixels)
    memory.set(count, buffers)
    expect(itemsOf(asked).map(({ index }) => index)).toEqual([...Array(count).keys()])
  }
  for (const buffers of memory.values()) {
    expect([...buffers].map(({ byteLength }) => byteLength)).toEqual(Array(4).fill(batchSize * imageBytes * 4))
  }
})

it('it gives no batch that was just read, is in use, or waits to be read, to a worker', async () => {
  const source = open().batches(manyExamples(400), { batchSize, signal })
  const pixelsOf = (batch: number) => asked[batch * slicesOfBatch]?.pixels
  for (let read = 0; read < 30; read++) {
    await source.next()
    await settled()
    const held = [...(read > 0 ? [read - 1] : []), read, read + 1, read + 2].map(pixelsOf)
    expect(new Set(held).size).toBe(held.length)
    expect(held).not.toContain(undefined)
  }
  await source.return(undefined)
})

it('it keeps one image for each content, and says so to the next who asks', async () => {
  const examples = manyExamples(24, 6)
  const loader = open({ cacheBytes: 10 * imageBytes })
  for await (const _ of loader.batches(examples, { batchSize: 24, signal }));
  expect(itemsOf(asked).map(({ slot }) => slot)).toEqual(examples.map((_, i) => i % 6))
  asked = []
  for await (const _ of loader.batches(examples, { batchSize: 24, signal }));
  expect(itemsOf(asked).every(({ cached }) => cached)).toBe(true)
  const [setup] = vi.mocked(createPool).mock.calls[0] ?? []
  expect(setup?.cache?.byteLength).toBe(10 * imageBytes)
})

it('it keeps no more images than there is room for, and none that random parts are cut from', async () => {
  const loader = open({ cacheBytes: 5 * imageBytes + 1 })
  for await (const _ of loader.batches(manyExamples(24), { batchSize: 24, signal }));
  expect(itemsOf(asked).map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, ...Array(19).fill(-1)])
  asked = []
  const spec = { horizontalFlip: 0, randomResizedCrop: { scale: [0.08, 1], ratio: [0.75, 1.33] } }
  const augmentation = { spec, seed: 0, epoch: 0 }
  for await (const _ of loader.batches(manyExamples(24), { batchSize: 24, augmentation, signal }));
  expect(itemsOf(asked).every(({ slot, cached }) => slot === -1 && !cached)).toBe(true)
})

it('it keeps no image in memory that lies in a file', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'xp-queue-')), 'images.npy')
  await writeFile(file, new Uint8Array(npyHeader([12, 16, 16, 3]).length + 12 * imageBytes))
  const rows = new Map(Array.from({ length: 12 }, (_, row) => [`content ${row}`, row]))
  for await (const _ of open({ materialized: { file, rows } }).batches(manyExamples(24), { batchSize: 24, signal }));
  const places = itemsOf(asked).map(({ row, slot }) => [row, slot])
  expect(places).toEqual(Array.from({ length: 24 }, (_, i) => (i < 12 ? [i, -1] : [-1, i - 12])))
})
