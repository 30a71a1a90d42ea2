import { openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { SourceMode } from '../artifacts/inspection.ts'
import type { Augmentation, ImageProcessor } from '../artifacts/processed-images.ts'
import { changed, cropOrFit } from './augmentation/augmented.ts'
import { drawnErasing } from './augmentation/draw.ts'
import { isMirrored } from './augmentation/flip.ts'
import { erase } from './augmentation/random-erasing.ts'
import { decodeBytes, decodeFile, whyUndecodable } from './decode.ts'
import { fingerprintBytes, fingerprintOf } from './fingerprint.ts'
import { outputSize, pixelTable, resizeAndCrop, writePixels } from './processor.ts'
import type { RgbImage } from './rgb-image.ts'
import { sourceMode } from './source-mode.ts'

/** What a pool gives each of its workers once. */
export interface WorkerSetup {
  /** Absolute path of the folder that file names are relative to. */
  readonly root: string
  readonly processor: ImageProcessor | undefined
  /** Fitted 8-bit images, one per slot, shared by all workers. */
  readonly cache: SharedArrayBuffer | undefined
  /** A file of fitted 8-bit images, and where in it they begin, in bytes. */
  readonly materialized: { readonly file: string; readonly offset: number } | undefined
}

/** One image of a slice. */
export interface SliceItem {
  readonly file: string
  /** Index of the example, of which its random changes are a function. */
  readonly index: number
  /** Where the cache holds the image or may keep it; -1: nowhere. */
  readonly slot: number
  readonly cached: boolean
  /** Where the file of fitted images holds it; -1: nowhere. */
  readonly row: number
}

/** Part of a batch: `items` go to the places `first`, `first + 1`, … of `pixels`, float32 NHWC. */
export interface Slice {
  readonly items: readonly SliceItem[]
  readonly pixels: SharedArrayBuffer
  readonly first: number
  readonly augmentation: { readonly spec: Augmentation; readonly seed: number; readonly epoch: number } | undefined
}

export interface BadImage {
  readonly file: string
  readonly reason: string
}

const { root, processor, cache, materialized } = workerData as WorkerSetup
const table = processor && pixelTable(processor)
const size = processor && outputSize(processor)
const rows = materialized && openSync(materialized.file, 'r')
const rowBytes = new Uint8Array(rows === undefined || size === undefined ? 0 : size.height * size.width * 3)

/** A fitted image from the file; valid until the next one is read. */
function readRow(row: number): Uint8Array {
  const { file = '', offset = 0 } = materialized ?? {}
  const read = rows === undefined ? 0 : readSync(rows, rowBytes, 0, rowBytes.length, offset + row * rowBytes.length)
  if (read !== rowBytes.length) throw new Error(`${file} has no row ${row}`)
  return rowBytes
}

/** Fills a slice; answers the first image that could not be decoded. */
export async function fill({ items, pixels, first, augmentation }: Slice): Promise<BadImage | undefined> {
  if (processor === undefined || table === undefined || size === undefined) throw new Error('no image processor')
  const bytes = size.height * size.width * 3
  const out = new Float32Array(pixels)
  for (const [i, item] of items.entries()) {
    const spec = augmentation?.spec
    const key = { seed: augmentation?.seed ?? 0, epoch: augmentation?.epoch ?? 0, index: item.index }
    const kept = cache && item.slot >= 0 ? new Uint8Array(cache, item.slot * bytes, bytes) : undefined
    let image: RgbImage
    if (item.row >= 0) {
      image = { ...size, data: readRow(item.row) }
    } else if (kept && item.cached) {
      image = { ...size, data: kept }
    } else {
      try {
        image = cropOrFit(await decodeFile(join(root, item.file)), processor, spec, key)
      } catch (error) {
        return { file: item.file, reason: whyUndecodable(error) }
      }
      kept?.set(image.data)
    }
    const offset = (first + i) * bytes
    if (spec === undefined) writePixels(image, table, out, offset, false)
    else if (isFlipOnly(spec)) writePixels(image, table, out, offset, isMirrored(spec, key.seed, key.epoch, key.index))
    else {
      writePixels(changed(image, spec, key), table, out, offset, false)
      const erased = drawnErasing(spec, key, size)
      if (erased) erase(out, offset, size.width, erased)
    }
  }
  return undefined
}

/** Images to be decoded and fitted, 8-bit, one after the other from the start of `bytes`. */
export interface FitSlice {
  readonly files: readonly string[]
  readonly bytes: SharedArrayBuffer
}

/** Decodes and fits a slice; answers the first image that could not be decoded. */
export async function fit({ files, bytes }: FitSlice): Promise<BadImage | undefined> {
  if (processor === undefined || size === undefined) throw new Error('no image processor')
  const out = new Uint8Array(bytes)
  for (const [i, file] of files.entries()) {
    try {
      out.set(resizeAndCrop(await decodeFile(join(root, file)), processor).data, i * size.height * size.width * 3)
    } catch (error) {
      return { file, reason: whyUndecodable(error) }
    }
  }
  return undefined
}

/** Mirroring alone costs nothing where bytes become float32 anyway. */
const isFlipOnly = (spec: Augmentation) =>
  Object.keys(spec).every((name) => /^(horizontalFlip|randomResizedCrop)$/.test(name))

/** What a look at some files has shown, by their places. */
export interface InspectedSlice {
  readonly bad: BadImage[]
  readonly fingerprints: Uint8Array
  /** Width and height of each. */
  readonly sizes: Int32Array
  readonly modes: (SourceMode | undefined)[]
}

/** Decodes each file in full. */
export async function inspect(files: readonly string[]): Promise<InspectedSlice> {
  const bad: BadImage[] = []
  const fingerprints = new Uint8Array(files.length * fingerprintBytes)
  const sizes = new Int32Array(files.length * 2)
  const modes: (SourceMode | undefined)[] = []
  for (const [i, file] of files.entries()) {
    try {
      const bytes = readFileSync(join(root, file))
      const image = await decodeBytes(bytes)
      modes[i] = sourceMode(bytes)
      sizes.set([image.width, image.height], i * 2)
      fingerprints.set(fingerprintOf(image), i * fingerprintBytes)
    } catch (error) {
      modes[i] = undefined
      bad.push({ file, reason: whyUndecodable(error) })
    }
  }
  return { bad, fingerprints, sizes, modes }
}
