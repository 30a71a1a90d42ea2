import koffi from 'koffi'
import type { Binding, ExecutorSession, HostTensor } from '../compiler/executor.ts'
import { runtimeOutOfMemory } from '../errors/runtime.ts'
import { api, call, create, createAsync, type Handle } from './calls.ts'
import { IoBinding } from './io-binding.ts'
import type { NativeFunction } from './ort-library.ts'
import { createSessionOptions, type SessionSettings } from './session-options.ts'
import { isOutOfMemory } from './status.ts'

type Tensors = Readonly<Record<string, HostTensor>>

/** Builds a session from the bytes of an ONNX model; the event loop stays free meanwhile. */
export async function createSession(environment: Handle, onnx: Uint8Array, settings: SessionSettings) {
  const options = createSessionOptions(settings)
  try {
    const handle = await createAsync(api().CreateSessionFromArray, environment, onnx, onnx.byteLength, options)
    return new OrtSession(handle, settings.profilePrefix !== undefined)
  } catch (thrown) {
    throw isOutOfMemory(thrown) ? runtimeOutOfMemory('load the model', thrown.message) : thrown
  } finally {
    api().ReleaseSessionOptions(options)
  }
}

export class OrtSession implements ExecutorSession {
  readonly #handle: Handle
  readonly #profiled: boolean
  readonly #bindings = new Set<IoBinding>()
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  #disposed = false

  constructor(handle: Handle, profiled: boolean) {
    this.#handle = handle
    this.#profiled = profiled
    this.inputNames = readNames(handle, api().SessionGetInputCount, api().SessionGetInputName)
    this.outputNames = readNames(handle, api().SessionGetOutputCount, api().SessionGetOutputName)
  }

  bind(inputs: Tensors, outputs: Tensors): Binding {
    if (this.#disposed) throw new Error('the session is disposed of')
    expectNames('input', this.inputNames, Object.keys(inputs))
    expectNames('output', this.outputNames, Object.keys(outputs))
    const binding: IoBinding = new IoBinding(this.#handle, inputs, outputs, () => this.#bindings.delete(binding))
    this.#bindings.add(binding)
    return binding
  }

  /** Releases the session and every binding of it. */
  dispose(): void {
    if (this.#disposed) return
    for (const binding of this.#bindings) binding.dispose()
    this.#disposed = true
    if (this.#profiled) readString((allocator) => create(api().SessionEndProfiling, this.#handle, allocator))
    api().ReleaseSession(this.#handle)
  }
}

function expectNames(kind: string, wanted: readonly string[], given: readonly string[]): void {
  const missing = wanted.filter((name) => !given.includes(name))
  const unknown = given.filter((name) => !wanted.includes(name))
  if (missing.length + unknown.length === 0) return
  throw new Error(`graph ${kind}s: missing [${missing.join(', ')}], unknown [${unknown.join(', ')}]`)
}

function readNames(session: Handle, count: NativeFunction, nameAt: NativeFunction): readonly string[] {
  return Array.from({ length: Number(create<number>(count, session)) }, (_, index) =>
    readString((allocator) => create(nameAt, session, index, allocator)),
  )
}

/** A C string that ONNX Runtime allocated: copied, then freed. */
function readString(read: (allocator: Handle) => Handle): string {
  const allocator = create(api().GetAllocatorWithDefaultOptions)
  const pointer = read(allocator)
  const text = koffi.decode.string(pointer)
  call(api().AllocatorFree, allocator, pointer)
  return text
}
