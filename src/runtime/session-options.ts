import { api, call, create, type Handle } from './calls.ts'
import type { Device } from './device.ts'
import { appendProvider } from './providers.ts'

/** Numbers of `GraphOptimizationLevel`. */
const optimizationLevels = { disabled: 0, basic: 1, extended: 2, all: 99 } as const
export type OptimizationLevel = keyof typeof optimizationLevels

export interface SessionSettings {
  /** Threads that share one operator's work. */
  readonly threads: number
  readonly optimization: OptimizationLevel
  readonly device: Device
  /** Whether the CPU may take operators that the device cannot. */
  readonly allowFallback?: boolean
  /** Where to write a Chrome trace of the session's operators; `<prefix>_<time>.json`. */
  readonly profilePrefix?: string
}

/** The caller releases the handle with `ReleaseSessionOptions`. */
export function createSessionOptions(settings: SessionSettings): Handle {
  const options = create(api().CreateSessionOptions)
  try {
    call(api().SetIntraOpNumThreads, options, settings.threads)
    call(api().SetInterOpNumThreads, options, 1)
    call(api().SetSessionGraphOptimizationLevel, options, optimizationLevels[settings.optimization])
    // The memory pattern reserves one block for all activations: 1.3 GB more on ViT-B, no faster.
    call(api().DisableMemPattern, options)
    call(api().AddSessionConfigEntry, options, 'session.use_env_allocators', '1')
    // Spinning wins nothing on idle cores and takes them from image workers: 1.7 × the time per step beside other work.
    call(api().AddSessionConfigEntry, options, 'session.intra_op.allow_spinning', '0')
    // What is computed twice is so on purpose: to hold less memory meanwhile.
    const kept = 'CommonSubexpressionElimination'
    call(api().AddSessionConfigEntry, options, 'optimization.disable_specified_optimizers', kept)
    if (settings.profilePrefix !== undefined) call(api().EnableProfiling, options, settings.profilePrefix)
    appendProvider(options, settings.device, settings.allowFallback ?? false)
    return options
  } catch (thrown) {
    api().ReleaseSessionOptions(options)
    throw thrown
  }
}
