import koffi from 'koffi'
import type { Binding, BoundTensor, ExecutorSession } from '../compiler/executor.ts'
import { deviceOutOfMemory } from '../errors/runtime.ts'
import { api, call, create, createAsync, type Handle } from './calls.ts'
import { type Device, deviceName } from './device.ts'
import { IoBinding } from './io-binding.ts'
import type { NativeFunction } from './ort-library.ts'
import { createSessionOptions, type SessionSettings } from './session-options.ts'
import { isOutOfMemory } from './status.ts'

type Tensors = Readonly<Record<string, BoundTensor>>

/** Builds a session from the bytes of an ONNX model; the event loop stays free meanwhile. */
export async function createSession(environment: Handle, onnx: Uint8Array, settings: SessionSettings) {
  const options = createSessionOptions(settings)
  try {
    const handle = await createAsync(api().CreateSessionFromArray, environment, onnx, onnx.byteLength, options)
    return new OrtSession(handle, settings.device, settings.profilePrefix !== undefined)
  } catch (thrown) {
    throw isOutOfMemory(thrown)
      ? deviceOutOfMemory(deviceName(settings.device), 'load the model', thrown.message)
      : thrown
  } finally {
    api().ReleaseSessionOptions(options)
  }
}

export class OrtSession implements ExecutorSession {
  readonly handle: Handle
  readonly #device: Device
  readonly #profiled: boolean
  readonly #bindings = new Set<IoBinding>()
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  #disposed = false

  constructor(handle: Handle, device: Device, profiled: boolean) {
    this.handle = handle
    this.#device = device
    this.#profiled = profiled
    this.inputNames = readNames(handle, api().SessionGetInputCount, api().SessionGetInputName)
    this.outputNames = readNames(handle, api().SessionGetOutputCount, api().SessionGetOutputName)
  }

  bind(inputs: Tensors, outputs: Tensors): Binding {
    if (this.#disposed) throw new Error('the session is disposed of')
    expectNames('input', this.inputNames, Object.keys(inputs))
    expectNames('output', this.outputNames, Object.keys(outputs))
    const binding: IoBinding = new IoBinding(this, inputs, outputs, () => this.#bindings.delete(binding))
    this.#bindings.add(binding)
    return binding
  }

  /** Whether it reads and writes host memory in place. */
  get onHost(): boolean {
    return this.#device.provider === 'cpu'
  }

  /** One run after another where the provider shares one command queue among sessions. */
  exclusively(work: () => Promise<void>): Promise<void> {
    return this.#device.provider === 'webgpu' ? inTurn(work) : work()
  }

  /** What was thrown by a run, with what to do where that is known. */
  explain(thrown: unknown): unknown {
    return isOutOfMemory(thrown) ? deviceOutOfMemory(deviceName(this.#device), 'run the model', thrown.message) : thrown
  }

  /** Releases the session and every binding of it. */
  dispose(): void {
    if (this.#disposed) return
    for (const binding of this.#bindings) binding.dispose()
    this.#disposed = true
    if (this.#profiled) readString((allocator) => create(api().SessionEndProfiling, this.handle, allocator))
    api().ReleaseSession(this.handle)
  }
}

let last: Promise<void> = Promise.resolve()

function inTurn(work: () => Promise<void>): Promise<void> {
  const turn = last.then(work)
  last = turn.catch(() => {})
  return turn
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
