import type { HostTensor } from '../compiler/executor.ts'
import { elementCount } from '../std/shape.ts'
import { api, create, type Handle } from './calls.ts'
import { createCpuMemoryInfo } from './environment.ts'

/** Numbers of `ONNXTensorElementDataType`. */
const elementTypes = { float32: 1, int32: 6, bool: 9 } as const
const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const
const deviceAllocator = 0

/**
 * An `OrtValue` over the memory of a typed array, not a copy of it.
 * Whoever uses the value must keep the array referenced.
 */
export function createTensor(name: string, { data, dtype, shape }: HostTensor): Handle {
  const elements = elementCount(shape)
  if (data.length !== elements || !(data instanceof arrays[dtype])) {
    throw new RangeError(`"${name}": ${data.constructor.name}(${data.length}) is no ${dtype}[${shape.join(', ')}]`)
  }
  // Reading `buffer` moves a small array off V8's movable heap, where its address holds for good.
  if (data.buffer.byteLength < data.byteLength) throw new RangeError(`"${name}" is detached`)
  const memory = createCpuMemoryInfo(deviceAllocator)
  try {
    const dims = BigInt64Array.from(shape, BigInt)
    const [bytes, rank] = [data.byteLength, shape.length]
    return create(api().CreateTensorWithDataAsOrtValue, memory, data, bytes, dims, rank, elementTypes[dtype])
  } finally {
    api().ReleaseMemoryInfo(memory)
  }
}
