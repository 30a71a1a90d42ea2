import type { HostTensor } from '../compiler/executor.ts'
import type { DType, TensorType } from '../compiler/ir.ts'
import { onnxDType } from '../compiler/onnx-dtype.ts'
import { elementCount } from '../std/shape.ts'
import { api, create, type Handle } from './calls.ts'
import { createCpuMemoryInfo } from './environment.ts'

const deviceAllocator = 0

/** Half floats exist inside graphs only. */
function arrayOf(dtype: DType) {
  if (dtype === 'float16' || dtype === 'bfloat16')
    throw new RangeError(`${dtype} tensors do not cross a graph's border`)
  return { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype]
}

export const bytesPerElement = (dtype: DType) => arrayOf(dtype).BYTES_PER_ELEMENT

/**
 * An `OrtValue` over the memory of a typed array, not a copy of it.
 * Whoever uses the value must keep the array referenced.
 */
export function createTensor(name: string, { data, dtype, shape }: HostTensor): Handle {
  const elements = elementCount(shape)
  if (data.length !== elements || !(data instanceof arrayOf(dtype))) {
    throw new RangeError(`"${name}": ${data.constructor.name}(${data.length}) is no ${dtype}[${shape.join(', ')}]`)
  }
  // Reading `buffer` moves a small array off V8's movable heap, where its address holds for good.
  if (data.buffer.byteLength < data.byteLength) throw new RangeError(`"${name}" is detached`)
  const memory = createCpuMemoryInfo(deviceAllocator)
  try {
    return createTensorAt(memory, data, { dtype, shape })
  } finally {
    api().ReleaseMemoryInfo(memory)
  }
}

/** An `OrtValue` over memory that `memory` describes. */
export function createTensorAt(memory: Handle, data: HostTensor['data'] | Handle, { dtype, shape }: TensorType) {
  const dims = BigInt64Array.from(shape, BigInt)
  const bytes = elementCount(shape) * bytesPerElement(dtype)
  return create(api().CreateTensorWithDataAsOrtValue, memory, data, bytes, dims, shape.length, onnxDType[dtype])
}
