import { badSafetensors, unsupportedDtype } from '../errors/weights.ts'
import { duplicateKey } from './json-keys.ts'
import { elementCount } from './shape.ts'

/** Bytes per element of the element types read here. */
export const dtypeBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const
export type SafetensorsDtype = keyof typeof dtypeBytes

/** The format's other element types, which are known but not read. */
const otherDtypes = 'I8 U16 I16 U32 U64 C64 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ F6_E2M3 F6_E3M2 F4'.split(
  ' ',
)

/** One tensor's entry; `begin` and `end` are byte offsets from the end of the header. */
export interface TensorEntry {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  /** In file order of the data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

export const maxHeaderBytes = 100_000_000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Checks a safetensors header against every rule of the format: JSON object, no duplicate key, string metadata, offsets
 * that fit the shapes and tile the data exactly.
 * @param dataBytes size of the data after the header
 * @throws XpError naming the file, the tensor and the broken rule
 * @see https://github.com/huggingface/safetensors (format)
 */
export function parseHeader(file: string, bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  const json = parseJson(file, bytes)
  const { __metadata__: metadata = {}, ...rest } = json
  if (!isRecord(metadata) || Object.values(metadata).some((v) => typeof v !== 'string'))
    throw badSafetensors(file, '"__metadata__" is not a map from strings to strings')
  const entries = Object.entries(rest).map(([name, value]) => [name, parseEntry(file, name, value)] as const)
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  let position = 0
  for (const [name, { begin, end }] of entries) {
    // Names become keys and file entries elsewhere, where text often ends at a NUL.
    if (name.includes('\0')) throw badSafetensors(file, 'there is a NUL character in its name', name)
    if (begin !== position)
      throw badSafetensors(
        file,
        `its data begins at byte ${begin}, but the tensor before it ends at ${position}: ${begin < position ? 'they overlap' : 'there is a gap'}`,
        name,
      )
    position = end
  }
  if (position !== dataBytes)
    throw badSafetensors(
      file,
      `the header describes ${position} bytes of tensors, the file holds ${dataBytes}${position > dataBytes ? ' (cut short?)' : ''}`,
    )
  return { tensors: new Map(entries), metadata: metadata as Record<string, string> }
}

function parseJson(file: string, bytes: Uint8Array): Record<string, unknown> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw badSafetensors(file, 'its header is not UTF-8 text')
  }
  if (!text.startsWith('{')) throw badSafetensors(file, 'its header does not start with "{"')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw badSafetensors(file, 'its header is not JSON')
  }
  if (!isRecord(json)) throw badSafetensors(file, 'its header is not a JSON object')
  const twice = duplicateKey(text)
  if (twice !== undefined) throw badSafetensors(file, `the key ${JSON.stringify(twice)} stands twice in its header`)
  return json
}

function parseEntry(file: string, name: string, value: unknown): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {}
  if (typeof dtype !== 'string') throw badSafetensors(file, 'its entry has no "dtype"', name)
  if (!Object.hasOwn(dtypeBytes, dtype) && !otherDtypes.includes(dtype))
    throw badSafetensors(file, `there is no element type ${JSON.stringify(dtype)}`, name)
  if (!Object.hasOwn(dtypeBytes, dtype)) throw unsupportedDtype(file, name, dtype, Object.keys(dtypeBytes))
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw badSafetensors(file, '"shape" is not a list of whole numbers from 0', name)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw badSafetensors(file, '"data_offsets" is not a pair of whole numbers from 0', name)
  const [begin, end] = offsets as [number, number]
  const bytes = elementCount(shape) * dtypeBytes[dtype as SafetensorsDtype]
  if (!Number.isSafeInteger(bytes) || overflows(shape))
    throw badSafetensors(file, `a tensor of shape [${shape}] is too large`, name)
  if (end - begin !== bytes)
    throw badSafetensors(
      file,
      `${dtype} of shape [${shape}] takes ${bytes} bytes, its offsets span ${end - begin}`,
      name,
    )
  return { dtype: dtype as SafetensorsDtype, shape, begin, end }
}

/** Whether a product of the first lengths is too large, even if a zero comes after. */
function overflows(shape: readonly number[]): boolean {
  let product = 1
  for (const length of shape) {
    product *= length
    if (!Number.isSafeInteger(product)) return true
  }
  return false
}
