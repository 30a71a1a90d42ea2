import type { Binding, BoundTensor, HostTensor } from '../compiler/executor.ts'
import { api, call, callAsync, create, type Handle } from './calls.ts'
import { DeviceBuffer } from './device-buffer.ts'
import type { OrtSession } from './session.ts'
import { createTensor } from './tensor.ts'

type Tensors = Readonly<Record<string, BoundTensor>>

/** Fixed input and output buffers of one session; holds the arrays, so they outlive every run. */
export class IoBinding implements Binding {
  readonly #session: OrtSession
  readonly #handle: Handle
  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: keeps alive what native code reads and writes
  #tensors: readonly Tensors[]
  /** Inputs that a device must be given again for each run: binding is what copies them. */
  readonly #copied: readonly (readonly [name: string, tensor: HostTensor])[]
  #running = false
  #disposed = false
  readonly #onDispose: () => void

  constructor(session: OrtSession, inputs: Tensors, outputs: Tensors, onDispose: () => void) {
    this.#session = session
    this.#tensors = [inputs, outputs]
    this.#onDispose = onDispose
    this.#copied = session.onHost
      ? []
      : Object.entries(inputs).filter((entry): entry is [string, HostTensor] => !(entry[1] instanceof DeviceBuffer))
    this.#handle = create(api().CreateIoBinding, session.handle)
    const copied = new Set(this.#copied.map(([name]) => name))
    try {
      for (const [name, tensor] of Object.entries(inputs)) if (!copied.has(name)) this.#bind('BindInput', name, tensor)
      for (const [name, tensor] of Object.entries(outputs)) this.#bind('BindOutput', name, tensor)
    } catch (thrown) {
      api().ReleaseIoBinding(this.#handle)
      throw thrown
    }
  }

  /** Runs the graph on a thread of its own; one run at a time. */
  async run(): Promise<void> {
    this.#start()
    try {
      await this.#session.exclusively(async () => {
        for (const [name, tensor] of this.#copied) {
          const value = createTensor(name, tensor)
          try {
            await callAsync(api().BindInput, this.#handle, name, value)
          } finally {
            api().ReleaseValue(value)
          }
        }
        await callAsync(api().RunWithBinding, this.#session.handle, null, this.#handle)
      })
    } catch (thrown) {
      throw this.#session.explain(thrown)
    } finally {
      this.#running = false
    }
  }

  /** `run`, with the event loop waiting. */
  runSync(): void {
    this.#start()
    try {
      for (const [name, tensor] of this.#copied) this.#bind('BindInput', name, tensor)
      call(api().RunWithBinding, this.#session.handle, null, this.#handle)
    } catch (thrown) {
      throw this.#session.explain(thrown)
    } finally {
      this.#running = false
    }
  }

  dispose(): void {
    if (this.#running) throw new Error('a binding is disposed of while it runs')
    if (this.#disposed) return
    this.#disposed = true
    this.#tensors = []
    api().ReleaseIoBinding(this.#handle)
    this.#onDispose()
  }

  #start(): void {
    if (this.#running || this.#disposed) throw new Error('a binding runs once at a time, and not after dispose()')
    this.#running = true
  }

  /** The binding keeps its own reference to the value. */
  #bind(side: 'BindInput' | 'BindOutput', name: string, tensor: BoundTensor): void {
    const value = tensor instanceof DeviceBuffer ? tensor.value() : createTensor(name, tensor as HostTensor)
    try {
      call(api()[side], this.#handle, name, value)
    } finally {
      api().ReleaseValue(value)
    }
  }
}
