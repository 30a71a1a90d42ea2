import type { Data, TensorType } from './ir.ts'

/** A row-major tensor in host memory that a session reads or writes in place. */
export interface HostTensor extends TensorType {
  readonly data: Data
}

/** A row-major tensor where the executor computes: in host memory on the CPU, else on the device. */
export interface DeviceTensor extends TensorType {
  /** `size(shape)` elements from element `offset` on, in the same memory; offsets other than 0 only where the executor is `divisible`. */
  part(offset: number, shape: readonly number[]): DeviceTensor
  /** Copies all elements in. */
  write(data: Data): void
  /** `write` with the event loop free; runs of other tensors' graphs may go on meanwhile. `data` stays as it is until then. */
  upload(data: Data): Promise<void>
  /** A copy of all elements. */
  read(): Data
  /** Gives the memory back; parts share their whole's. */
  dispose(): void
}

export type BoundTensor = HostTensor | DeviceTensor

/** Fixed buffers for one session: `run` reads the inputs and writes the outputs where they lie. */
export interface Binding {
  /** Resolves when the outputs hold their values; the event loop stays free meanwhile. Host tensors are copied to a device and back. */
  run(): Promise<void>
  dispose(): void
}

export interface ExecutorSession {
  /** Every graph input and output by name. An output may share its buffer with an input the graph overwrites in place. */
  bind(inputs: Readonly<Record<string, BoundTensor>>, outputs: Readonly<Record<string, BoundTensor>>): Binding
  dispose(): void
}

export type Provider = 'cpu' | 'cuda' | 'webgpu'
export type Precision = 'fp32' | 'bf16' | 'fp16'

/** What a graph is compiled for. */
export interface Target {
  readonly provider: Provider
  /** Of matrix products and convolutions; everything else stays float32. */
  readonly precision: Precision
}

/** What runs ONNX graphs; implemented in `src/runtime`. `facts` (library, version, device, precision) enter keys. */
export interface Executor {
  readonly facts: Readonly<Record<string, string>>
  readonly target: Target
  /** Whether a tensor has parts. Where not, what changes on its own needs a tensor of its own. */
  readonly divisible: boolean
  /** Memory for what stays between runs, zeroed. */
  allocate(dtype: TensorType['dtype'], shape: readonly number[]): DeviceTensor
  /** Memory and time go with the session: create once per graph. */
  load(onnx: Uint8Array): Promise<ExecutorSession>
  dispose(): Promise<void>
}
