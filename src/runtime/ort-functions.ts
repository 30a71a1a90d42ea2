/**
 * The functions of `OrtApi` that xp calls: place in the table, result, arguments.
 * The table only ever grows at its end, so a place never changes its meaning
 * (onnxruntime_c_api.h). `out` marks a pointer that the function writes.
 */
export const apiVersion = 16

const handle = 'void *'
const status = 'void *'
const out = { out: 'void **' } as const
const outSize = { out: 'size_t *' } as const

export const ortFunctions = {
  GetErrorCode: [1, 'int', [handle]],
  GetErrorMessage: [2, 'str', [handle]],
  CreateEnv: [3, status, ['int', 'str', out]],
  DisableTelemetryEvents: [6, status, [handle]],
  CreateSessionFromArray: [8, status, [handle, 'void *', 'size_t', handle, out]],
  CreateSessionOptions: [10, status, [out]],
  EnableProfiling: [14, status, [handle, 'path']],
  DisableMemPattern: [17, status, [handle]],
  SetSessionGraphOptimizationLevel: [23, status, [handle, 'int']],
  SetIntraOpNumThreads: [24, status, [handle, 'int']],
  SetInterOpNumThreads: [25, status, [handle, 'int']],
  SessionGetInputCount: [30, status, [handle, outSize]],
  SessionGetOutputCount: [31, status, [handle, outSize]],
  SessionGetInputName: [36, status, [handle, 'size_t', handle, out]],
  SessionGetOutputName: [37, status, [handle, 'size_t', handle, out]],
  CreateTensorWithDataAsOrtValue: [49, status, [handle, 'void *', 'size_t', 'int64_t *', 'size_t', 'int', out]],
  CreateMemoryInfo: [68, status, ['str', 'int', 'int', 'int', out]],
  CreateCpuMemoryInfo: [69, status, ['int', 'int', out]],
  AllocatorAlloc: [75, status, [handle, 'size_t', out]],
  AllocatorFree: [76, status, [handle, 'void *']],
  GetAllocatorWithDefaultOptions: [78, status, [out]],
  ReleaseEnv: [92, 'void', [handle]],
  ReleaseStatus: [93, 'void', [handle]],
  ReleaseMemoryInfo: [94, 'void', [handle]],
  ReleaseSession: [95, 'void', [handle]],
  ReleaseValue: [96, 'void', [handle]],
  ReleaseSessionOptions: [100, 'void', [handle]],
  SessionEndProfiling: [110, status, [handle, handle, out]],
  GetAvailableProviders: [125, status, [out, { out: 'int *' }]],
  ReleaseAvailableProviders: [126, status, ['void *', 'int']],
  AddSessionConfigEntry: [130, status, [handle, 'str', 'str']],
  CreateAllocator: [131, status, [handle, handle, out]],
  ReleaseAllocator: [132, 'void', [handle]],
  RunWithBinding: [133, status, [handle, handle, handle]],
  CreateIoBinding: [134, status, [handle, out]],
  ReleaseIoBinding: [135, 'void', [handle]],
  BindInput: [136, status, [handle, 'str', handle]],
  BindOutput: [137, status, [handle, 'str', handle]],
  CreateAndRegisterAllocator: [144, status, [handle, handle, handle]],
  CreateArenaCfg: [156, status, ['size_t', 'int', 'int', 'int', out]],
  ReleaseArenaCfg: [157, 'void', [handle]],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, status, [handle, handle]],
  CreateCUDAProviderOptions: [205, status, [out]],
  UpdateCUDAProviderOptions: [206, status, [handle, 'str *', 'str *', 'size_t']],
  ReleaseCUDAProviderOptions: [208, 'void', [handle]],
  SessionOptionsAppendExecutionProvider: [216, status, [handle, 'str', 'str *', 'str *', 'size_t']],
} as const satisfies Record<string, OrtFunction>

export type OrtType = string | { readonly out: string }
export type OrtFunction = readonly [place: number, result: string, parameters: readonly OrtType[]]
export type OrtFunctionName = keyof typeof ortFunctions
