import koffi from 'koffi'
import { api, call, create, type Handle } from './calls.ts'

const cpuProvider = 'CPUExecutionProvider'

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

/** Makes sessions run on a provider by its ONNX Runtime name, and fail where it cannot take an operator. */
export function appendProvider(options: Handle, name: string): void {
  if (name === cpuProvider) return
  if (name === 'CUDAExecutionProvider') appendWithOptions(options, 'CUDA')
  else if (name === 'TensorrtExecutionProvider') appendWithOptions(options, 'TensorRT')
  else call(api().SessionOptionsAppendExecutionProvider, options, name, [], [], 0)
  call(api().AddSessionConfigEntry, options, 'session.disable_cpu_ep_fallback', '1')
}

/** The two providers that have functions of their own in the C API. */
function appendWithOptions(options: Handle, kind: 'CUDA' | 'TensorRT'): void {
  const own = create(api()[`Create${kind}ProviderOptions`])
  try {
    call(api()[`SessionOptionsAppendExecutionProvider_${kind}_V2`], options, own)
  } finally {
    api()[`Release${kind}ProviderOptions`](own)
  }
}
