import type { DeviceTensor } from '../compiler/executor.ts'
import { type Data, emptyData, sizeOf, type TensorType } from '../compiler/ir.ts'
import { deviceOutOfMemory } from '../errors/runtime.ts'
import { api, create, type Handle } from './calls.ts'
import { deviceName } from './device.ts'
import type { DeviceMemory } from './device-memory.ts'
import type { IoBinding } from './io-binding.ts'
import { isOutOfMemory } from './status.ts'
import { bytesPerElement, createTensorAt } from './tensor.ts'

/** A block of a device's memory, given back by its allocator. */
interface Block {
  readonly address: Handle
  free: boolean
}

/** A tensor in a device's memory, which native code reaches by its address. */
export class DeviceBuffer implements DeviceTensor {
  readonly dtype: TensorType['dtype']
  readonly shape: readonly number[]
  readonly #memory: DeviceMemory
  readonly #block: Block
  /** Elements from the start of the block. */
  readonly #offset: number

  constructor(memory: DeviceMemory, { dtype, shape }: TensorType, block: Block, offset = 0) {
    this.#memory = memory
    this.dtype = dtype
    this.shape = shape
    this.#block = block
    this.#offset = offset
  }

  static allocate(memory: DeviceMemory, type: TensorType): DeviceBuffer {
    const bytes = sizeOf(type.shape) * bytesPerElement(type.dtype)
    try {
      const address = create(api().AllocatorAlloc, memory.allocator, bytes)
      const buffer = new DeviceBuffer(memory, type, { address, free: false })
      buffer.write(emptyData(type.dtype, sizeOf(type.shape)))
      return buffer
    } catch (thrown) {
      if (!isOutOfMemory(thrown)) throw thrown
      throw deviceOutOfMemory(deviceName(memory.device), `hold ${bytes} bytes`, thrown.message)
    }
  }

  part(offset: number, shape: readonly number[]): DeviceBuffer {
    // A WebGPU buffer is known by a handle, which arithmetic would spoil.
    if (offset !== 0 && !this.#memory.divisible) throw new Error('tensors of this device have no parts')
    return new DeviceBuffer(this.#memory, { dtype: this.dtype, shape }, this.#block, this.#offset + offset)
  }

  /** An `OrtValue` over this memory; `shape` may be another of as many elements. */
  value(shape = this.shape): Handle {
    if (this.#block.free) throw new Error('a device tensor is used after dispose()')
    const address = this.#block.address + BigInt(this.#offset * bytesPerElement(this.dtype))
    return createTensorAt(this.#memory.info, address, { dtype: this.dtype, shape })
  }

  write(data: Data): void {
    this.#copy(data, this, (binding) => binding.runSync())
  }

  upload(data: Data): Promise<void> {
    return this.#copy(data, this, (binding) => binding.run())
  }

  read(): Data {
    const data = emptyData(this.dtype, sizeOf(this.shape))
    this.#copy(this, data, (binding) => binding.runSync())
    return data
  }

  dispose(): void {
    if (this.#block.free) return
    this.#block.free = true
    this.#memory.free(this.#block.address)
  }

  /** Host to device or back, by a graph that does nothing else. */
  #copy<T>(from: Data | DeviceBuffer, to: Data | DeviceBuffer, run: (binding: IoBinding) => T): T {
    const flat = [sizeOf(this.shape)]
    const tensor = (place: Data | DeviceBuffer) =>
      place instanceof DeviceBuffer
        ? new DeviceBuffer(this.#memory, { dtype: this.dtype, shape: flat }, this.#block, this.#offset)
        : { dtype: this.dtype, shape: flat, data: place }
    const binding = this.#memory.copier(this.dtype).bind({ x: tensor(from) }, { y: tensor(to) }) as IoBinding
    const end = () => binding.dispose()
    try {
      const result = run(binding)
      if (result instanceof Promise) return result.finally(end) as T
      end()
      return result
    } catch (thrown) {
      end()
      throw thrown
    }
  }
}
