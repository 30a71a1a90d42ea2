import { XpError } from './errors/xp-error.ts'
import type { Engine } from './registry/engine.ts'
import type { EngineSettings, OnnxSettings } from './registry/engine-settings.ts'

type Where = EngineSettings['where']

/** What `work` throws stands at the value of a field of `engine:`. */
async function placed<T>(where: Where, field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const place = where[field]
    throw thrown instanceof XpError && place !== undefined ? thrown.at(place) : thrown
  }
}

/** The device and precision that `auto` stands for. */
async function targetOf({ device: name, precision: asked, where }: OnnxSettings & { readonly where: Where }) {
  const { chooseDevice } = await import('./runtime/choose-device.ts')
  const { precisionOn } = await import('./runtime/device.ts')
  const device = await placed(where, 'device', () => chooseDevice(name))
  return { device, precision: await placed(where, 'precision', async () => precisionOn(device, asked)) }
}

/**
 * What of the engine enters keys, without making one: a device is tried only for `device: auto`, where CUDA's files are.
 * @throws XpError when a device, precision or backend cannot work here, as far as files tell
 */
export async function engineFacts(settings: EngineSettings): Promise<Record<string, string>> {
  if (settings.name === 'tfjs') {
    const { tfjsEngineFacts } = await import('./training/engines/tfjs-backends.ts')
    return placed(settings.where, 'backend', async () => tfjsEngineFacts(settings.backend))
  }
  const { device, precision } = await targetOf(settings)
  const { onnxEngineFacts } = await import('./training/engines/engine-facts.ts')
  const { runtimeFacts } = await import('./runtime/onnx-runtime.ts')
  return onnxEngineFacts({ facts: runtimeFacts(device.provider, precision, settings.threads) })
}

/** @throws XpError when the device or the backend does not work */
export async function createEngine(settings: EngineSettings): Promise<Engine> {
  const { where } = settings
  if (settings.name === 'tfjs') {
    const { createTfjsEngine } = await import('./training/engines/tfjs-engine.ts')
    return placed(where, 'backend', () => createTfjsEngine(settings.backend))
  }
  const { device, precision } = await targetOf(settings)
  const { createOnnxEngine } = await import('./training/engines/onnx-engine.ts')
  const { createOnnxRuntime } = await import('./runtime/onnx-runtime.ts')
  const { deviceName } = await import('./runtime/device.ts')
  const { threads, allowFallback } = settings
  const options = { device: deviceName(device), precision, allowFallback, ...(threads !== undefined && { threads }) }
  return createOnnxEngine(await placed(where, 'device', () => createOnnxRuntime(options)))
}

/** Tries a device or backend that may not work although its files are there; undefined where none of it may fail. */
export function engineCheck(settings: EngineSettings): (() => Promise<void>) | undefined {
  if (settings.name === 'tfjs') {
    return settings.backend === 'cpu' ? undefined : async () => (await createEngine(settings)).dispose()
  }
  if (settings.device === 'auto' || settings.device === 'cpu') return undefined
  return async () => {
    const { checkDevice } = await import('./runtime/choose-device.ts')
    await placed(settings.where, 'device', () => checkDevice(settings.device))
  }
}
