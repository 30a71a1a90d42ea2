import type { DType } from './ir.ts'

/** A row-major tensor in host memory that a session reads or writes in place. */
export interface HostTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | Uint8Array
}

/** Fixed buffers for one session: `run` reads the inputs and writes the outputs where they lie. */
export interface Binding {
  /** Resolves when the outputs hold their values; the event loop stays free meanwhile. */
  run(): Promise<void>
  dispose(): void
}

export interface ExecutorSession {
  /** Every graph input and output by name. An output may share its buffer with an input the graph overwrites in place. */
  bind(inputs: Readonly<Record<string, HostTensor>>, outputs: Readonly<Record<string, HostTensor>>): Binding
  dispose(): void
}

/** What runs ONNX graphs; implemented in `src/runtime`. `facts` (library, version, provider) enter keys. */
export interface Executor {
  readonly facts: Readonly<Record<string, string>>
  /** Memory and time go with the session: create once per graph. */
  load(onnx: Uint8Array): Promise<ExecutorSession>
  dispose(): Promise<void>
}
