import { statSync } from 'node:fs'
import type { Piscina } from 'piscina'
import type { Example } from '../artifacts/dataset.ts'
import { type MaterializedImages, materializedRows } from '../artifacts/materialized-images.ts'
import type { Augmentation, ImageProcessor, ProcessedImages } from '../artifacts/processed-images.ts'
import { unreadableImage } from '../errors/data.ts'
import { damagedPixels, variedImageSizes } from '../errors/processing.ts'
import type { Batch } from '../registry/engine.ts'
import type { Digest } from '../std/hash.ts'
import { npyHeader } from '../std/npy.ts'
import { FittedCache } from './fitted-cache.ts'
import { createPool, defaultWorkers } from './pool.ts'
import { outputSize } from './processor.ts'
import type { BadImage, Slice, SliceItem } from './worker.ts'

/** A batch and which examples it holds; `pixels` stay valid until the batch after the next one is asked for. */
export type ImageBatch = Batch & { readonly indices: Int32Array }

export interface BatchOptions {
  readonly batchSize: number
  /** Indices into the examples, in the order wanted; all of them in their own order when absent. */
  readonly order?: Int32Array
  readonly augmentation?: { readonly spec: Augmentation; readonly seed: number; readonly epoch: number }
  readonly signal?: AbortSignal
}

export interface ImageLoader {
  /**
   * Decoded, resized and normalised images: pixels float32 `[size, height, width, 3]`, the last batch as short as it
   * comes. Batches are made ahead in worker threads; memory does not grow with the number of examples.
   * @throws XpError naming an image that cannot be read; the signal's reason when it is aborted
   */
  batches(examples: readonly Example[], options: BatchOptions): AsyncGenerator<ImageBatch, void, undefined>
  /** Ends the worker threads. */
  close(): Promise<void>
}

/** Batches under way beside the one in use. */
const ahead = 2
/** Not in the cache, and not to be put there; in no file. */
const nowhere = { slot: -1, cached: false, row: -1 }
/** Fewer images than this are not worth a message to another worker. */
const smallestSlice = 4

/**
 * Opens a source of batches over the images under `root`.
 * @param workers worker threads; the number of cores by default
 * @param cacheBytes shared memory for images after resizing, so that later epochs need not decode them; 128 MiB by default
 * @param materialized a file of images after resizing, and which row of it holds which content: those are not decoded,
 * nor kept in shared memory, since the system keeps what it read of a file
 * @throws XpError when the processor gives images of different sizes, or the file is not as long as it must be
 */
export function createImageLoader(options: {
  readonly root: string
  readonly processor: ImageProcessor
  readonly workers?: number
  readonly cacheBytes?: number
  readonly materialized?: MaterializedImages & { readonly rows: ReadonlyMap<Digest, number> }
}): ImageLoader {
  const { root, processor, workers = defaultWorkers(), cacheBytes = 128 * 2 ** 20, materialized } = options
  const size = outputSize(processor)
  if (size === undefined) throw variedImageSizes()
  const length = size.height * size.width * 3
  const cache = new FittedCache(cacheBytes, length)
  const file = materialized && { file: materialized.file, offset: imagesBegin(materialized, size) }
  let pool: Promise<Piscina> | undefined
  const start = () => {
    pool ??= createPool({ root, processor, cache: cache.memory, materialized: file }, workers)
    return pool
  }

  async function* batches(examples: readonly Example[], given: BatchOptions): AsyncGenerator<ImageBatch> {
    const { batchSize, augmentation, signal } = given
    const order = given.order ?? Int32Array.from(examples.keys())
    const threads = await start()
    const memory = Array.from(
      { length: Math.min(ahead + 2, Math.ceil(order.length / batchSize)) },
      () => new SharedArrayBuffer(Math.min(batchSize, order.length) * length * 4),
    )

    // Random parts are cut from whole images: what is kept after resizing is of no use to them.
    const cropped = augmentation?.spec.randomResizedCrop !== undefined
    const itemOf = (index: number): SliceItem => {
      const { file, sha256 } = examples[index] as Example
      if (cropped) return { file, index, ...nowhere }
      const row = materialized?.rows.get(sha256) ?? -1
      return { file, index, ...(row < 0 ? { ...cache.place(sha256), row } : { ...nowhere, row }) }
    }
    const begin = (number: number): Promise<ImageBatch> => {
      const indices = order.slice(number * batchSize, (number + 1) * batchSize)
      const pixels = memory[number % memory.length] as SharedArrayBuffer
      const items = Array.from(indices, itemOf)
      const made = fillInSlices(threads, { items, pixels, augmentation }, workers).then((bad) => {
        if (bad !== undefined) throw unreadableImage(`${root}/${bad.file}`, bad.reason)
        if (!cropped) for (const i of indices) cache.filled((examples[i] as Example).sha256)
        return {
          size: indices.length,
          pixels: new Float32Array(pixels, 0, indices.length * length),
          labels: Int32Array.from(indices, (i) => (examples[i] as Example).label),
          indices,
        }
      })
      made.catch(() => undefined)
      return made
    }

    const total = Math.ceil(order.length / batchSize)
    const queue: Promise<ImageBatch>[] = []
    for (let next = 0, done = 0; done < total; done++) {
      signal?.throwIfAborted()
      while (next < total && queue.length <= ahead) queue.push(begin(next++))
      const batch = await (queue.shift() as Promise<ImageBatch>)
      signal?.throwIfAborted()
      yield batch
    }
  }

  return { batches, close: async () => (await pool)?.destroy() }
}

/** Opens the images that a transform stage answered, whose files lie under `root`; as `createImageLoader`. */
export const openImages = (
  { dataset, processor, materialized }: ProcessedImages,
  { root, workers }: { readonly root: string; readonly workers: number | undefined },
): ImageLoader =>
  createImageLoader({
    root,
    processor,
    ...(workers !== undefined && { workers }),
    ...(materialized && { materialized: { ...materialized, rows: materializedRows(dataset) } }),
  })

/** Where the images of a file begin, in bytes. @throws XpError when it is not as long as it must be */
function imagesBegin(
  { file, rows }: { readonly file: string; readonly rows: ReadonlyMap<Digest, number> },
  { height, width }: { readonly height: number; readonly width: number },
): number {
  const offset = npyHeader([rows.size, height, width, 3]).length
  const needed = offset + rows.size * height * width * 3
  const found = statSync(file, { throwIfNoEntry: false })?.size
  if (found !== needed) throw damagedPixels(file, needed, found)
  return offset
}

async function fillInSlices(
  pool: Piscina,
  { items, ...shared }: Omit<Slice, 'first'>,
  workers: number,
): Promise<BadImage | undefined> {
  const length = Math.max(smallestSlice, Math.ceil(items.length / workers))
  const slices: Promise<BadImage | undefined>[] = []
  for (let first = 0; first < items.length; first += length) {
    const slice: Slice = { ...shared, items: items.slice(first, first + length), first }
    slices.push(pool.run(slice, { name: 'fill' }))
  }
  return (await Promise.all(slices)).find((bad) => bad !== undefined)
}
