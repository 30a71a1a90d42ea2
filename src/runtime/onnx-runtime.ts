import { availableParallelism } from 'node:os'
import type { Executor, ExecutorSession } from '../compiler/executor.ts'
import { acquireEnvironment, releaseEnvironment } from './environment.ts'
import { loadOrtLibrary } from './ort-library.ts'
import { createSession, type OrtSession } from './session.ts'
import type { OptimizationLevel } from './session-options.ts'

export interface OnnxRuntimeOptions {
  /** Threads per operator; all cores when absent. */
  readonly threads?: number
  /** Rewrites that ONNX Runtime may do by itself; `basic` (exact ones) when absent. */
  readonly optimization?: OptimizationLevel
  /** Where to write traces of the operators' times, one file per session. */
  readonly profilePrefix?: string
}

/** ONNX Runtime on the CPU. Every executor of a process allocates from one arena. */
export async function createOnnxRuntime(options: OnnxRuntimeOptions = {}): Promise<Executor> {
  const { version } = loadOrtLibrary()
  const { optimization = 'basic', profilePrefix, threads = availableParallelism() } = options
  const settings = { threads, optimization, ...(profilePrefix === undefined ? {} : { profilePrefix }) }
  const environment = acquireEnvironment()
  const sessions = new Set<OrtSession>()
  let open = true
  return {
    facts: { runtime: 'onnxruntime', version, provider: 'cpu' },
    async load(onnx: Uint8Array): Promise<ExecutorSession> {
      if (!open) throw new Error('the executor is disposed of')
      const session = await createSession(environment, onnx, settings)
      sessions.add(session)
      return {
        bind: (inputs, outputs) => session.bind(inputs, outputs),
        dispose() {
          session.dispose()
          sessions.delete(session)
        },
      }
    },
    async dispose() {
      if (!open) return
      open = false
      for (const session of sessions) session.dispose()
      releaseEnvironment()
    },
  }
}
