import type { DeviceTensor, HostTensor } from '../compiler/executor.ts'
import { type Data, emptyData, sizeOf, type TensorType } from '../compiler/ir.ts'

/** A tensor of the CPU's executor: a typed array, and parts are views of it. */
export class HostMemory implements DeviceTensor, HostTensor {
  readonly dtype: TensorType['dtype']
  readonly shape: readonly number[]
  readonly data: Data

  constructor(dtype: TensorType['dtype'], shape: readonly number[], data: Data = emptyData(dtype, sizeOf(shape))) {
    this.dtype = dtype
    this.shape = shape
    this.data = data
  }

  part(offset: number, shape: readonly number[]): HostMemory {
    return new HostMemory(this.dtype, shape, this.data.subarray(offset, offset + sizeOf(shape)))
  }

  write(data: Data): void {
    this.data.set(data)
  }

  async upload(data: Data): Promise<void> {
    this.data.set(data)
  }

  read(): Data {
    return this.data.slice()
  }

  dispose(): void {}
}
