import { type FileHandle, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { materializedRows } from '../artifacts/materialized-images.ts'
import type { ProcessedImages } from '../artifacts/processed-images.ts'
import { unreadableImage } from '../errors/data.ts'
import { variedImageSizes } from '../errors/processing.ts'
import { noSpaceForPixels } from '../errors/store.ts'
import { npyHeader } from '../std/npy.ts'
import { createPool, defaultWorkers } from './pool.ts'
import { outputSize } from './processor.ts'
import type { BadImage } from './worker.ts'

/** Images per message to a worker. */
const slice = 16

/**
 * Writes every image under `root` after resizing and cropping into `file` (see `MaterializedImages`), in worker threads;
 * memory does not grow with their number. Equal images are decoded and written once.
 * @param onSize is told how many rows and bytes the file gets, before work starts
 * @throws XpError naming an image that cannot be read, or where the disk has no room; the signal's reason when it is
 * aborted
 */
export async function materializeImages(
  { dataset, processor }: Pick<ProcessedImages, 'dataset' | 'processor'>,
  root: string,
  file: string,
  options: {
    readonly signal: AbortSignal
    onSize(images: number, bytes: number): void
    onProgress(done: number, total: number): void
    readonly workers?: number
  },
): Promise<void> {
  const size = outputSize(processor)
  if (size === undefined) throw variedImageSizes()
  const rows = materializedRows(dataset)
  const files: string[] = []
  for (const { file, sha256 } of Object.values(dataset.parts).flat()) files[rows.get(sha256) as number] = file
  const header = npyHeader([rows.size, size.height, size.width, 3])
  const imageBytes = size.height * size.width * 3
  const bytes = header.length + rows.size * imageBytes
  options.onSize(rows.size, bytes)
  const { bavail, bsize } = await statfs(dirname(file))
  if (bavail * bsize < bytes) throw noSpaceForPixels(dirname(file), bytes, bavail * bsize)

  const { signal, onProgress, workers = Math.min(defaultWorkers(), Math.ceil(files.length / slice)) } = options
  const pool = await createPool({ root, processor, cache: undefined, materialized: undefined }, Math.max(1, workers))
  const out = await open(file, 'w')
  let next = 0
  let done = 0
  const feed = async () => {
    const memory = new SharedArrayBuffer(slice * imageBytes)
    while (next < files.length) {
      signal.throwIfAborted()
      const first = next
      next += slice
      const part = files.slice(first, first + slice)
      const bad: BadImage | undefined = await pool.run({ files: part, bytes: memory }, { name: 'fit' })
      if (bad !== undefined) throw unreadableImage(`${root}/${bad.file}`, bad.reason)
      await writeAt(out, new Uint8Array(memory, 0, part.length * imageBytes), header.length + first * imageBytes)
      done += part.length
      onProgress(done, files.length)
    }
  }
  try {
    await writeAt(out, header, 0)
    await Promise.all(Array.from({ length: Math.max(1, workers) }, feed))
  } finally {
    await pool.destroy()
    await out.close()
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}
