import koffi, { type LibraryHandle, type TypeObject } from 'koffi'
import { runtimeLibraryMissing, runtimeTooOld } from '../errors/runtime.ts'
import { libraryPath } from './library-path.ts'
import { apiVersion, type OrtFunction, type OrtFunctionName, type OrtType, ortFunctions } from './ort-functions.ts'

/** A C function of the table; `async` runs it on a thread of libuv's pool and leaves the event loop free. */
export interface NativeFunction {
  // biome-ignore lint/suspicious/noExplicitAny: arguments and result follow the prototype in ort-functions.ts
  (...args: any[]): any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async(...args: any[]): void
}

export type OrtApi = Readonly<Record<OrtFunctionName, NativeFunction>>

export interface OrtLibrary {
  readonly path: string
  readonly version: string
  readonly api: OrtApi
  /** Referenced as long as the functions are: koffi unloads a library whose handle is collected. */
  readonly handle: LibraryHandle
}

let loaded: OrtLibrary | undefined

/** Loads ONNX Runtime once per process and decodes the functions of its C API. */
export function loadOrtLibrary(): OrtLibrary {
  loaded ??= open(libraryPath())
  return loaded
}

function open(path: string): OrtLibrary {
  // koffi runs native code on a stack of its own; its default of 128 KiB is less than a GEMM kernel may take.
  koffi.config({ async_stack_size: 4 << 20, sync_stack_size: 8 << 20, resident_async_pools: 2 })
  const handle = openLibrary(path)
  const base = apiBase(handle)
  const version: string = base.getVersion()
  const table: bigint | null = base.getApi(apiVersion)
  if (table === null) throw runtimeTooOld(version, `API version ${apiVersion}`)
  const api = Object.fromEntries(
    Object.entries(ortFunctions).map(([name, fn]) => [name, functionAt(table, fn as OrtFunction)]),
  )
  return { path, version, api: api as OrtApi, handle }
}

function openLibrary(path: string): LibraryHandle {
  // From 1.29 on the Linux builds report each session to their maker, unless told not to before they load.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  try {
    return koffi.load(path)
  } catch (cause) {
    throw runtimeLibraryMissing(path, cause)
  }
}

/** `OrtApiBase`: two function pointers, `GetApi(version)` and `GetVersionString()`. */
function apiBase(library: LibraryHandle) {
  const base = library.func('OrtGetApiBase', 'void *', [])()
  return {
    getApi: koffi.decode(pointerAt(base, 0), koffi.proto('void *', ['uint32_t'])),
    getVersion: koffi.decode(pointerAt(base, 1), koffi.proto('str', [])),
  }
}

function functionAt(table: bigint, [place, result, parameters]: OrtFunction): NativeFunction {
  return koffi.decode(pointerAt(table, place), koffi.proto(result, parameters.map(koffiType)))
}

const pointerAt = (table: bigint, place: number): bigint =>
  koffi.decode(table, place * koffi.sizeof('void *'), 'void *')

function koffiType(type: OrtType): TypeObject | string {
  if (typeof type !== 'string') return koffi.out(type.out) as unknown as TypeObject
  // ORTCHAR_T: UTF-16 on Windows, bytes elsewhere.
  return type === 'path' ? (process.platform === 'win32' ? 'str16' : 'str') : type
}
