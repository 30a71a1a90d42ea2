import type { DType } from '../compiler/ir.ts'
import { api, call, create, type Handle } from './calls.ts'
import type { Device } from './device.ts'
import { createMemoryInfo } from './environment.ts'
import { createSession, type OrtSession } from './session.ts'
import type { SessionSettings } from './session-options.ts'

/** ONNX models (opset 21) of one operator: y = x, of any length, by dtype. */
const copies = {
  float32: 'CAo6OQoQCgF4EgF5IghJZGVudGl0eRIBZ1oQCgF4EgsKCQgBEgUKAxIBbmIQCgF5EgsKCQgBEgUKAxIBbkIECgAQFQ==',
  int32: 'CAo6OQoQCgF4EgF5IghJZGVudGl0eRIBZ1oQCgF4EgsKCQgGEgUKAxIBbmIQCgF5EgsKCQgGEgUKAxIBbkIECgAQFQ==',
}

/** A device's memory: what allocates there, and what copies in and out. */
export class DeviceMemory {
  readonly device: Device
  /** Describes the memory to ONNX Runtime. */
  readonly info: Handle
  readonly allocator: Handle
  /** Whether an address inside a block is an address. */
  readonly divisible: boolean
  readonly #copiers: Readonly<Record<keyof typeof copies, OrtSession>>

  private constructor(device: Device, copiers: Readonly<Record<keyof typeof copies, OrtSession>>) {
    this.device = device
    this.divisible = device.provider !== 'webgpu'
    this.#copiers = copiers
    this.info = createMemoryInfo(device)
    this.allocator = create(api().CreateAllocator, copiers.float32.handle, this.info)
  }

  static async open(environment: Handle, settings: SessionSettings): Promise<DeviceMemory> {
    const load = (dtype: keyof typeof copies) =>
      createSession(environment, Buffer.from(copies[dtype], 'base64'), settings)
    return new DeviceMemory(settings.device, { float32: await load('float32'), int32: await load('int32') })
  }

  copier(dtype: DType): OrtSession {
    if (dtype !== 'float32' && dtype !== 'int32') throw new Error(`${dtype} tensors do not stay on a device`)
    return this.#copiers[dtype]
  }

  free(address: Handle): void {
    call(api().AllocatorFree, this.allocator, address)
  }

  dispose(): void {
    api().ReleaseAllocator(this.allocator)
    api().ReleaseMemoryInfo(this.info)
    for (const session of Object.values(this.#copiers)) session.dispose()
  }
}
