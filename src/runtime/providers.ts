import koffi from 'koffi'
import { api, call, create, type Handle } from './calls.ts'
import { type Device, providerNames } from './device.ts'

/** The execution providers compiled into the library, most preferred first; whether one works is another matter. */
export function listProviders(): readonly string[] {
  const [names, count]: [[Handle | null], [number]] = [[null], [0]]
  call(api().GetAvailableProviders, names, count)
  try {
    return koffi.decode(names[0], 'str', count[0])
  } finally {
    call(api().ReleaseAvailableProviders, names[0], count[0])
  }
}

/** Makes sessions run on a device, and fail where it cannot take an operator unless `allowFallback`. */
export function appendProvider(options: Handle, device: Device, allowFallback: boolean): void {
  if (device.provider === 'cpu') return
  if (device.provider === 'cuda') appendCuda(options, device.id)
  else call(api().SessionOptionsAppendExecutionProvider, options, providerNames[device.provider], [], [], 0)
  if (!allowFallback) call(api().AddSessionConfigEntry, options, 'session.disable_cpu_ep_fallback', '1')
}

/** Float32 products stay float32 (TF32 keeps 10 bits), and the arena grows by what is asked. */
function appendCuda(options: Handle, id: number): void {
  const settings = { device_id: String(id), use_tf32: '0', arena_extend_strategy: 'kSameAsRequested' }
  const own = create(api().CreateCUDAProviderOptions)
  try {
    const [keys, values] = [Object.keys(settings), Object.values(settings)]
    call(api().UpdateCUDAProviderOptions, own, keys, values, keys.length)
    call(api().SessionOptionsAppendExecutionProvider_CUDA_V2, options, own)
  } finally {
    api().ReleaseCUDAProviderOptions(own)
  }
}
