import type { Provider } from '../compiler/executor.ts'

/** Where sessions run: `cpu`, `webgpu`, or a CUDA device by its number. */
export interface Device {
  readonly provider: Provider
  /** Which of several CUDA devices; 0 elsewhere. */
  readonly id: number
}

/** A device by its name in experiments: `cpu`, `webgpu`, `cuda`, `cuda:1`. */
export function deviceOf(name: string): Device {
  const [provider = '', id = '0'] = name.split(':')
  return { provider: provider as Provider, id: Number(id) }
}

export const deviceName = ({ provider, id }: Device): string => (provider === 'cuda' ? `cuda:${id}` : provider)

/** The execution provider's name in ONNX Runtime. */
export const providerNames: Readonly<Record<Provider, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
}

/** Names of the providers' memory (onnxruntime/core/framework/allocator.h). */
export const memoryNames: Readonly<Record<Provider, string>> = { cpu: 'Cpu', cuda: 'Cuda', webgpu: 'WebGPU_Buffer' }
