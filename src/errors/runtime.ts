import { XpError } from './xp-error.ts'

/** Fetches the CUDA libraries of the installed onnxruntime-node. */
export const cudaInstall = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12'

export const runtimeLibraryMissing = (path: string, cause?: unknown) =>
  new XpError({
    code: 'XP_RUNTIME_MISSING',
    exit: 'environment',
    message: `the ONNX Runtime library cannot be loaded from ${path}`,
    hint: 'run "npm ci" again; the package onnxruntime-node ships it for Linux, macOS and Windows on x64 and arm64',
    cause,
  })

export const runtimeTooOld = (version: string, wanted: string) =>
  new XpError({
    code: 'XP_RUNTIME_TOO_OLD',
    exit: 'environment',
    message: `ONNX Runtime ${version} is too old: xp calls the interface of ${wanted}`,
    hint: 'run "npm ci" to get the version of package-lock.json',
  })

export const deviceOutOfMemory = (device: string, what: string, reason: string) =>
  new XpError({
    code: 'XP_OUT_OF_MEMORY',
    exit: 'environment',
    message: `not enough memory on ${device} to ${what}: ${reason}`,
    hint: 'use a smaller batchSize, or "memory: low"',
  })

/** What makes a device work that does not. */
const remedies: Readonly<Record<string, string>> = {
  cuda: `fetch ONNX Runtime's CUDA libraries with "${cudaInstall}"; they need an NVIDIA driver, CUDA 12 and cuDNN 9`,
  webgpu: 'it needs a Vulkan, Metal or Direct3D 12 driver',
}

export const deviceUnavailable = (device: string, reason: string) =>
  new XpError({
    code: 'XP_DEVICE_UNAVAILABLE',
    exit: 'environment',
    message: `the device "${device}" cannot be used: ${reason}`,
    hint: `${remedies[device.split(':')[0] ?? ''] ?? 'run "xp doctor"'}; "device: cpu" works everywhere`,
    details: { device, reason },
  })

export const precisionUnsupported = (device: string, precision: string, known: readonly string[]) =>
  new XpError({
    code: 'XP_PRECISION_UNSUPPORTED',
    exit: 'config',
    message: `the device "${device}" does not compute in ${precision}`,
    hint: `use ${known.join(' or ')}, or "precision: auto"`,
    details: { device, precision },
  })

export const nodesOnCpu = (device: string, operators: readonly string[]) =>
  new XpError({
    code: 'XP_CPU_FALLBACK',
    exit: 'environment',
    message: `the device "${device}" has no kernel for ${operators.length === 0 ? 'some operators of the model' : operators.join(', ')}`,
    hint: 'use "device: cpu", or set "allowFallback: true" to let the CPU compute them (slow: tensors go back and forth)',
    details: { device, operators },
  })
