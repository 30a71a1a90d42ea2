import { createPool, defaultWorkers } from './pool.ts'
import type { BadImage } from './worker.ts'

/** Images per message to a worker. */
const slice = 64

/**
 * Decodes every file in full, in worker threads.
 * @returns the files that cannot be decoded, in the order given
 * @throws the signal's reason when it is aborted
 */
export async function verifyImages(
  root: string,
  files: readonly string[],
  options: { readonly signal: AbortSignal; onProgress(done: number): void; readonly workers?: number },
): Promise<readonly BadImage[]> {
  const { signal, onProgress, workers = Math.min(defaultWorkers(), Math.ceil(files.length / slice)) } = options
  const pool = await createPool({ root, processor: undefined, cache: undefined }, Math.max(1, workers))
  const found: BadImage[][] = []
  let next = 0
  let done = 0
  const feed = async () => {
    while (next < files.length) {
      signal.throwIfAborted()
      const first = next
      next += slice
      const part = files.slice(first, first + slice)
      found[first / slice] = await pool.run(part, { name: 'verify' })
      done += part.length
      onProgress(done)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, workers) }, feed))
  } finally {
    await pool.destroy()
  }
  return found.flat()
}
