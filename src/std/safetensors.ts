import { closeSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { badSafetensors } from '../errors/weights.ts'
import { bfloat16ToFloat32, float16ToFloat32 } from './float16.ts'
import {
  dtypeBytes,
  maxHeaderBytes,
  parseHeader,
  type SafetensorsDtype,
  type SafetensorsHeader,
} from './safetensors-header.ts'
import { elementCount } from './shape.ts'

/** F16 and BF16 are kept as their bit patterns. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array

/** A row-major tensor in host memory. */
export interface StoredTensor {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  readonly data: TensorData
}

export interface SafetensorsContent {
  readonly tensors: Map<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Element values as float32; a float32 tensor's own array. Integers and booleans are converted too. */
export function asFloat32({ dtype, data }: StoredTensor): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number)
  if (data instanceof Uint16Array) return dtype === 'F16' ? float16ToFloat32(data) : bfloat16ToFloat32(data)
  return Float32Array.from(data)
}

/** A tensor that was not read yet: where it lies in a file. */
export interface TensorPlace {
  readonly file: string
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  /** Of its first byte in the file. */
  readonly position: number
}

export interface LocatedTensors {
  readonly tensors: ReadonlyMap<string, TensorPlace>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Where the tensors of a safetensors file lie; none is read.
 * @throws XpError when the file breaks a rule of the format
 */
export async function locateTensors(file: string): Promise<LocatedTensors> {
  const handle = await open(file, 'r')
  try {
    const { header, dataStart } = await headerOf(handle, file)
    const places = [...header.tensors].map(
      ([name, { dtype, shape, begin }]) => [name, { file, dtype, shape, position: dataStart + begin }] as const,
    )
    return { tensors: new Map(places), metadata: header.metadata }
  } finally {
    await handle.close()
  }
}

/**
 * Reads one tensor into an array of its own. Synchronous, so that values can be read where they are needed, one after
 * the other.
 * @throws XpError when the file became shorter
 */
export function readTensor({ file, dtype, shape, position }: TensorPlace): StoredTensor {
  const bytes = new Uint8Array(elementCount(shape) * dtypeBytes[dtype])
  const descriptor = openSync(file, 'r')
  try {
    for (let done = 0; done < bytes.length; ) {
      const wanted = Math.min(chunkBytes, bytes.length - done)
      const read = readSync(descriptor, bytes, done, wanted, position + done)
      if (read === 0) throw badSafetensors(file, 'it became shorter while it was read')
      done += read
    }
  } finally {
    closeSync(descriptor)
  }
  return { dtype, shape, data: viewAs(dtype, bytes.buffer) }
}

/**
 * Reads a whole safetensors file into memory, each tensor into its own array.
 * @throws XpError when the file breaks a rule of the format
 */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  const { tensors, metadata } = await locateTensors(path)
  return { tensors: new Map([...tensors].map(([name, place]) => [name, readTensor(place)])), metadata }
}

async function headerOf(handle: FileHandle, path: string): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { size } = await handle.stat()
  if (size < 8) throw badSafetensors(path, `it is ${size} bytes long, too short for a safetensors file`)
  const length = new Uint8Array(8)
  await readFully(handle, path, length, 0)
  const headerBytes = new DataView(length.buffer).getBigUint64(0, true)
  if (headerBytes > BigInt(maxHeaderBytes) || 8 + Number(headerBytes) > size)
    throw badSafetensors(path, `it announces a header of ${headerBytes} bytes in a file of ${size}`)
  const dataStart = 8 + Number(headerBytes)
  const bytes = new Uint8Array(Number(headerBytes))
  await readFully(handle, path, bytes, 8)
  return { header: parseHeader(path, bytes, size - dataStart), dataStart }
}

const chunkBytes = 1 << 30

async function readFully(handle: FileHandle, path: string, into: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < into.length) {
    const wanted = Math.min(chunkBytes, into.length - done)
    const { bytesRead } = await handle.read(into, done, wanted, position + done)
    if (bytesRead === 0) throw badSafetensors(path, 'it became shorter while it was read')
    done += bytesRead
  }
}

function viewAs(dtype: SafetensorsDtype, buffer: ArrayBuffer): TensorData {
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer)
    case 'I64':
      return new BigInt64Array(buffer)
    case 'F32':
      return new Float32Array(buffer)
    case 'I32':
      return new Int32Array(buffer)
    case 'F16':
    case 'BF16':
      return new Uint16Array(buffer)
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer)
  }
}

type WritableData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

/**
 * What `writeSafetensors` takes: values, whose type is the element type, or where they come from when their turn comes,
 * so that not all are in memory at once.
 */
export type WritableTensor = { readonly shape: readonly number[] } & (
  | { readonly data: WritableData }
  | { readonly dtype: (typeof writeOrder)[number]; readonly read: () => WritableData }
)

/** Element types in the order in which the format's reference writer puts them in a file. */
const writeOrder = ['I64', 'F64', 'F32', 'I32', 'U8'] as const

function dtypeOf(data: WritableData): (typeof writeOrder)[number] {
  if (data instanceof Float32Array) return 'F32'
  if (data instanceof BigInt64Array) return 'I64'
  if (data instanceof Float64Array) return 'F64'
  return data instanceof Int32Array ? 'I32' : 'U8'
}

function checkFit(name: string, shape: readonly number[], dtype: string, data: WritableData): void {
  if (elementCount(shape) !== data.length || dtypeOf(data) !== dtype)
    throw new RangeError(`${name}: ${dtypeOf(data)}(${data.length}) does not fill ${dtype} [${shape}]`)
}

/**
 * Writes tensors to `path`, byte for byte as Python's `safetensors` does, one tensor at a time, and flushes to disk.
 * @throws RangeError when an array does not hold as many elements as its shape says
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ordered = [...tensors].map(([name, tensor]) => ({
    name,
    shape: tensor.shape,
    dtype: 'read' in tensor ? tensor.dtype : dtypeOf(tensor.data),
    read: 'read' in tensor ? tensor.read : () => tensor.data,
  }))
  for (const [name, tensor] of tensors)
    if ('data' in tensor) checkFit(name, tensor.shape, dtypeOf(tensor.data), tensor.data)
  ordered.sort(
    (a, b) => writeOrder.indexOf(a.dtype) - writeOrder.indexOf(b.dtype) || Buffer.compare(utf8(a.name), utf8(b.name)),
  )
  const header = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata)
  let offset = 0
  for (const { name, shape, dtype } of ordered) {
    const end = offset + elementCount(shape) * dtypeBytes[dtype]
    header.set(name, { dtype, shape, data_offsets: [offset, end] })
    offset = end
  }
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(encodeHeader(header))
    for (const { name, shape, dtype, read } of ordered) {
      const data = read()
      checkFit(name, shape, dtype, data)
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      if (bytes.length > 0) await handle.writeFile(bytes)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const utf8 = (text: string) => Buffer.from(text, 'utf8')

/** A JSON object in the map's order (integer-like keys too), after its length, padded with spaces to a multiple of 8. */
function encodeHeader(entries: ReadonlyMap<string, unknown>): Uint8Array {
  const json = `{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
  const text = utf8(json)
  const padded = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(text, 8)
  return bytes
}
