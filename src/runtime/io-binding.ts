import type { Binding, HostTensor } from '../compiler/executor.ts'
import { runtimeOutOfMemory } from '../errors/runtime.ts'
import { api, call, callAsync, create, type Handle } from './calls.ts'
import { isOutOfMemory } from './status.ts'
import { createTensor } from './tensor.ts'

type Tensors = Readonly<Record<string, HostTensor>>

/** Fixed input and output buffers of one session; holds the arrays, so they outlive every run. */
export class IoBinding implements Binding {
  readonly #session: Handle
  readonly #handle: Handle
  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: keeps alive what native code reads and writes
  #tensors: readonly Tensors[]
  #running = false
  #disposed = false
  readonly #onDispose: () => void

  constructor(session: Handle, inputs: Tensors, outputs: Tensors, onDispose: () => void) {
    this.#session = session
    this.#tensors = [inputs, outputs]
    this.#onDispose = onDispose
    this.#handle = create(api().CreateIoBinding, session)
    try {
      for (const [name, tensor] of Object.entries(inputs)) this.#bind('BindInput', name, tensor)
      for (const [name, tensor] of Object.entries(outputs)) this.#bind('BindOutput', name, tensor)
    } catch (thrown) {
      api().ReleaseIoBinding(this.#handle)
      throw thrown
    }
  }

  /** Runs the graph on a thread of its own; one run at a time. */
  async run(): Promise<void> {
    if (this.#running || this.#disposed) throw new Error('a binding runs once at a time, and not after dispose()')
    this.#running = true
    try {
      await callAsync(api().RunWithBinding, this.#session, null, this.#handle)
    } catch (thrown) {
      throw isOutOfMemory(thrown) ? runtimeOutOfMemory('run the model', thrown.message) : thrown
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

  /** The binding keeps its own reference to the value. */
  #bind(side: 'BindInput' | 'BindOutput', name: string, tensor: HostTensor): void {
    const value = createTensor(name, tensor)
    try {
      call(api()[side], this.#handle, name, value)
    } finally {
      api().ReleaseValue(value)
    }
  }
}
