import { availableParallelism } from 'node:os'
import type { Executor, ExecutorSession, Precision, Provider } from '../compiler/executor.ts'
import { deviceUnavailable, nodesOnCpu } from '../errors/runtime.ts'
import { deviceName, deviceOf, precisionOn } from './device.ts'
import { DeviceBuffer } from './device-buffer.ts'
import { DeviceMemory } from './device-memory.ts'
import { acquireEnvironment, releaseEnvironment } from './environment.ts'
import { HostMemory } from './host-memory.ts'
import { loadOrtLibrary } from './ort-library.ts'
import { cpuOperators } from './probe.ts'
import { createSession, type OrtSession } from './session.ts'
import type { OptimizationLevel, SessionSettings } from './session-options.ts'
import { firstLine, isFallbackRefusal, OrtFailure } from './status.ts'

export interface OnnxRuntimeOptions {
  /** `cpu`, `webgpu`, `cuda` or `cuda:n`; the CPU when absent. */
  readonly device?: string
  /** Of matrix products and convolutions; `fp32` when absent. */
  readonly precision?: Precision
  /** Whether the CPU may take operators that the device cannot. */
  readonly allowFallback?: boolean
  /** Threads per operator; all cores when absent. */
  readonly threads?: number
  /** Rewrites that ONNX Runtime may do by itself; `basic` (exact ones) when absent. */
  readonly optimization?: OptimizationLevel
  /** Where to write traces of the operators' times, one file per session. */
  readonly profilePrefix?: string
}

/**
 * What of ONNX Runtime on a device enters keys. A number of threads does where it was asked for: matrix products are
 * cut by it, and pieces of other shapes round differently. All cores are the machine's matter, as its processor is.
 */
export const runtimeFacts = (
  provider: Provider,
  precision: Precision,
  threads: number | undefined,
): Record<string, string> => ({
  runtime: 'onnxruntime',
  version: loadOrtLibrary().version,
  provider,
  precision,
  ...(threads !== undefined && { threads: String(threads) }),
})

/**
 * ONNX Runtime on one device. Every executor of a process on the CPU allocates from one arena.
 * @throws XP_PRECISION_UNSUPPORTED; XP_DEVICE_UNAVAILABLE when no session can be created there
 */
export async function createOnnxRuntime(options: OnnxRuntimeOptions = {}): Promise<Executor> {
  const { optimization = 'basic', threads = availableParallelism(), profilePrefix, allowFallback = false } = options
  const device = deviceOf(options.device ?? 'cpu')
  const name = deviceName(device)
  const precision = precisionOn(device, options.precision ?? 'fp32')
  const profile = profilePrefix === undefined ? {} : { profilePrefix }
  const settings: SessionSettings = { threads, optimization, device, allowFallback, ...profile }
  const environment = acquireEnvironment()
  const sessions = new Set<OrtSession>()
  let memory: DeviceMemory | undefined
  try {
    if (device.provider !== 'cpu') memory = await DeviceMemory.open(environment, settings)
  } catch (thrown) {
    releaseEnvironment()
    throw thrown instanceof OrtFailure ? deviceUnavailable(name, firstLine(thrown.message)) : thrown
  }
  let open = true
  return {
    facts: runtimeFacts(device.provider, precision, options.threads),
    target: { provider: device.provider, precision },
    divisible: memory?.divisible ?? true,
    allocate: (dtype, shape) =>
      memory === undefined ? new HostMemory(dtype, shape) : DeviceBuffer.allocate(memory, { dtype, shape }),
    async load(onnx: Uint8Array): Promise<ExecutorSession> {
      if (!open) throw new Error('the executor is disposed of')
      const session = await createSession(environment, onnx, settings).catch(async (thrown: unknown) => {
        throw isFallbackRefusal(thrown) ? nodesOnCpu(name, await cpuOperators(name, onnx)) : thrown
      })
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
      memory?.dispose()
      releaseEnvironment()
    },
  }
}
