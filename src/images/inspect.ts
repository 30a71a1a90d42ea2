import type { SourceMode } from '../artifacts/inspection.ts'
import { fingerprintBytes } from './fingerprint.ts'
import { createPool, defaultWorkers } from './pool.ts'
import type { BadImage, InspectedSlice } from './worker.ts'

/** Images per message to a worker. */
const slice = 64

/** What opening files has shown; by place in the list that was asked for. */
export interface InspectedFiles {
  /** In the order given. */
  readonly bad: readonly BadImage[]
  /** One after the other; all 0 of a bad file. */
  readonly fingerprints: Uint8Array
  /** Width and height of each in pixels; 0 of a bad file. */
  readonly sizes: Int32Array
  readonly modes: readonly (SourceMode | undefined)[]
}

/**
 * Decodes every file in full, in worker threads; pixels are gone after a look at them.
 * @throws the signal's reason when it is aborted
 */
export async function inspectFiles(
  root: string,
  files: readonly string[],
  options: { readonly signal: AbortSignal; onProgress(done: number): void; readonly workers?: number },
): Promise<InspectedFiles> {
  const { signal, onProgress, workers = Math.min(defaultWorkers(), Math.ceil(files.length / slice)) } = options
  const pool = await createPool(
    { root, processor: undefined, cache: undefined, materialized: undefined },
    Math.max(1, workers),
  )
  const bad: BadImage[][] = []
  const fingerprints = new Uint8Array(files.length * fingerprintBytes)
  const sizes = new Int32Array(files.length * 2)
  const modes = new Array<SourceMode | undefined>(files.length)
  let next = 0
  let done = 0
  const feed = async () => {
    while (next < files.length) {
      signal.throwIfAborted()
      const first = next
      next += slice
      const part = files.slice(first, first + slice)
      const seen: InspectedSlice = await pool.run(part, { name: 'inspect' })
      bad[first / slice] = seen.bad
      fingerprints.set(seen.fingerprints, first * fingerprintBytes)
      sizes.set(seen.sizes, first * 2)
      for (const [i, mode] of seen.modes.entries()) modes[first + i] = mode
      done += part.length
      onProgress(done)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, workers) }, feed))
  } finally {
    await pool.destroy()
  }
  return { bad: bad.flat(), fingerprints, sizes, modes }
}
