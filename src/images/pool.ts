import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Piscina } from 'piscina'
import type { WorkerSetup } from './worker.ts'

export const defaultWorkers = (): number => Math.max(1, availableParallelism())

/** Worker threads running `worker.ts`; in a checkout they read TypeScript through tsx, in a build plain JavaScript. */
export async function createPool(setup: WorkerSetup, workers: number): Promise<Piscina> {
  const { Piscina } = await import('piscina')
  const inCheckout = import.meta.url.endsWith('.ts')
  const worker = new URL(inCheckout ? './worker.ts' : './worker.js', import.meta.url)
  return new Piscina({
    filename: fileURLToPath(worker),
    execArgv: inCheckout ? ['--import', registerTsx()] : [],
    workerData: setup,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
  })
}

/** A module that makes its thread read TypeScript; `--import tsx` itself does so in the main thread only. */
function registerTsx(): string {
  const api = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href
  return `data:text/javascript,${encodeURIComponent(`import { register } from '${api}'; register()`)}`
}
