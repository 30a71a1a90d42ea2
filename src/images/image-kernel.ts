import { imageKernelBase64 } from './image-kernel-bytes.ts'
import { WasmInstance, type WasmMemory, WasmModule } from './webassembly.ts'

/** The functions of image-kernel.wat; every number is an address or a length in bytes unless named otherwise. */
export interface ImageKernel {
  rows(
    source: number,
    sourceRow: number,
    height: number,
    target: number,
    width: number,
    first: number,
    count: number,
    taps: number,
    tapStride: number,
  ): void
  columns(
    source: number,
    row: number,
    target: number,
    height: number,
    first: number,
    count: number,
    taps: number,
    tapStride: number,
  ): void
  pixels(source: number, width: number, height: number, target: number, table: number, mirrored: number): void
}

const pageBytes = 65_536
/** Room past each buffer, since the kernel reads and writes 16 bytes at a time. */
const slack = 16
/** A kernel that grew beyond this for one huge image is not kept. */
const keptBytes = 64 * 2 ** 20

let kernel: (ImageKernel & { readonly memory: WasmMemory }) | undefined

const load = () =>
  new WasmInstance(new WasmModule(Buffer.from(imageKernelBase64, 'base64')), {}).exports as unknown as ImageKernel & {
    readonly memory: WasmMemory
  }

/** Buffers in the kernel's memory for one use of it. */
export class KernelArena {
  #end = 0

  /** The address of `bytes` bytes; aligned to 16. */
  reserve(bytes: number): number {
    const at = this.#end
    this.#end = (at + bytes + slack + 15) & ~15
    return at
  }

  /** Uses what was reserved; `memory` is the kernel's, valid during the call. */
  run<T>(use: (kernel: ImageKernel, memory: Uint8Array) => T): T {
    kernel ??= load()
    const { memory } = kernel
    const missing = this.#end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    const result = use(kernel, new Uint8Array(memory.buffer))
    if (this.#end > keptBytes) kernel = undefined
    return result
  }
}
