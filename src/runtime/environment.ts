import { api, call, create, type Handle } from './calls.ts'
import { type Device, memoryNames } from './device.ts'

/** Failures come back as statuses; ONNX Runtime need not print them too. */
const fatal = 4
const arenaAllocator = 1
const defaultMemory = 0
/** Regions of the arena double; a buffer never spans two, so many small ones hold far more than lives at once. */
const doubling = 0
/** Address space alone, until it is written to. */
const firstRegionBytes = 2 ** 28

let shared: { readonly handle: Handle; users: number } | undefined

/** ONNX Runtime's environment, one per process, with one CPU arena that every session allocates from. */
export function acquireEnvironment(): Handle {
  shared ??= { handle: open(), users: 0 }
  shared.users++
  return shared.handle
}

/** The last release gives the arena's memory back to the system. */
export function releaseEnvironment(): void {
  if (shared === undefined) throw new Error('the ONNX Runtime environment is released more often than acquired')
  if (--shared.users > 0) return
  api().ReleaseEnv(shared.handle)
  shared = undefined
}

function open(): Handle {
  const handle = create(api().CreateEnv, fatal, 'xp')
  call(api().DisableTelemetryEvents, handle)
  const memory = createCpuMemoryInfo(arenaAllocator)
  const arena = create(api().CreateArenaCfg, 0, doubling, firstRegionBytes, -1)
  try {
    call(api().CreateAndRegisterAllocator, handle, memory, arena)
  } finally {
    api().ReleaseArenaCfg(arena)
    api().ReleaseMemoryInfo(memory)
  }
  return handle
}

/** Describes host memory; `arenaAllocator` is ONNX Runtime's pooled kind. */
export function createCpuMemoryInfo(kind: number): Handle {
  return create(api().CreateCpuMemoryInfo, kind, defaultMemory)
}

/** Describes the memory of a device. */
export function createMemoryInfo({ provider, id }: Device): Handle {
  const deviceAllocator = 0
  return create(api().CreateMemoryInfo, memoryNames[provider], deviceAllocator, id, defaultMemory)
}
