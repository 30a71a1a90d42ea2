import type { Precision, Provider } from '../compiler/executor.ts'
import { precisionUnsupported } from '../errors/runtime.ts'

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

/**
 * The precisions that a provider has kernels for: the CPU's fp16 products are float32 ones again after ONNX Runtime's
 * own casts; WebGPU's need a device feature that few have.
 */
const precisions: Readonly<Record<Provider, readonly Precision[]>> = {
  cpu: ['fp32'],
  cuda: ['fp32', 'bf16', 'fp16'],
  webgpu: ['fp32'],
}

/** `auto` is bf16 on CUDA, fp32 elsewhere. @throws XP_PRECISION_UNSUPPORTED */
export function precisionOn(device: Device, asked: Precision | 'auto'): Precision {
  if (asked === 'auto') return device.provider === 'cuda' ? 'bf16' : 'fp32'
  const known = precisions[device.provider]
  if (!known.includes(asked)) throw precisionUnsupported(deviceName(device), asked, known)
  return asked
}
