import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256, type TreeFile } from '../std/hash.ts'
import { type FootwearKind, footwearKinds } from './footwear.ts'
import { drawFootwear } from './footwear-scene.ts'
import type { RgbImage } from './rgb-image.ts'
import { loadSharp } from './sharp-decode.ts'

export interface SampleOptions {
  readonly seed: number
  /** Images of each of the three classes. */
  readonly perClass: number
  /** Height and width in pixels. */
  readonly size: number
  readonly signal?: AbortSignal
  onProgress?(done: number, total: number): void
}

/** A small JPEG of a drawn picture, some hundred bytes at 32 px. */
async function encode({ width, height, data }: RgbImage): Promise<Buffer> {
  const sharp = await loadSharp()
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 60, optimiseCoding: true })
    .toBuffer()
}

/**
 * Draws the sample set, `dir/<class>/<number>.jpg`, equal for equal options.
 * @returns the files written, paths relative to `dir`
 */
export async function writeSampleImages(dir: string, options: SampleOptions): Promise<readonly TreeFile[]> {
  const { seed, perClass, size, signal, onProgress } = options
  const files: TreeFile[] = []
  for (const kind of footwearKinds) {
    await mkdir(join(dir, kind), { recursive: true })
    for (let index = 0; index < perClass; index++) {
      signal?.throwIfAborted()
      files.push(await writeOne(dir, kind, index, seed, size))
      if (files.length % 50 === 0) onProgress?.(files.length, perClass * footwearKinds.length)
    }
  }
  return files
}

async function writeOne(dir: string, kind: FootwearKind, index: number, seed: number, size: number): Promise<TreeFile> {
  const bytes = await encode(drawFootwear(kind, seed, index, size))
  const path = `${kind}/${String(index).padStart(5, '0')}.jpg`
  await writeFile(join(dir, path), bytes)
  return { path, size: bytes.length, sha256: sha256(bytes) }
}
