import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import {
  asFloat32,
  locateTensors,
  readSafetensors,
  readTensor,
  type WritableTensor,
  writeSafetensors,
} from '../../../src/std/safetensors.ts'

const goldens = resolve(import.meta.dirname, '../../goldens')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xp-safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('reads every element type that Python wrote', async () => {
  const { tensors, metadata } = await readSafetensors(join(goldens, 'every-type.safetensors'))
  const values = (name: string) => Array.from(asFloat32(tensors.get(name) ?? expect.fail(name)))
  expect(metadata).toEqual({ format: 'pt' })
  expect(values('f32')).toEqual([1.5, -2.25, Math.fround(0.1), Math.fround(3e38)])
  expect(values('f16')).toEqual([1, -0.5, 65504, 2 ** -24, 0.3330078125, Number.POSITIVE_INFINITY])
  expect(values('bf16').slice(0, 2)).toEqual([1, -0.5])
  expect(values('bf16')[4]).toBe(0.33203125)
  expect(tensors.get('f64')?.data).toEqual(new Float64Array([0.1, -1e300]))
  expect(tensors.get('i64')?.data).toEqual(new BigInt64Array([2n ** 62n, -1n]))
  expect(values('i32')).toEqual([7, -8])
  expect(values('u8')).toEqual([0, 255, 3])
  expect(values('bool')).toEqual([1, 0])
  expect(tensors.get('scalar')).toEqual({ dtype: 'F32', shape: [], data: new Float32Array([4]) })
  expect(tensors.get('empty')).toEqual({ dtype: 'F32', shape: [0, 3], data: new Float32Array() })
  expect(tensors.size).toBe(10)
})

it('writes the bytes that Python writes', async () => {
  const path = join(folder, 'written.safetensors')
  const f32 = (shape: number[], values: number[]) => ({ shape, data: new Float32Array(values) })
  await writeSafetensors(
    path,
    new Map<string, WritableTensor>([
      ['mask', { shape: [3], data: new Uint8Array([1, 0, 1]) }],
      [
        'vit.b',
        f32(
          [2, 3],
          Array.from({ length: 6 }, (_, i) => Math.fround(i) / 7),
        ),
      ],
      ['größe', f32([1], [0.5])],
      ['vit.a', f32([1], [1])],
      ['9', f32([2], [9, 9.5])],
      ['10', f32([1], [10])],
      ['exact', { shape: [1], data: new Float64Array([0.1]) }],
      ['labels', { shape: [3], data: new Int32Array([1, 2, 3]) }],
      ['step', { shape: [], data: new BigInt64Array([12n]) }],
    ]),
    { format: 'pt' },
  )
  expect(await readFile(path)).toEqual(await readFile(join(goldens, 'written.safetensors')))
})

it('reads names and shapes without the data', async () => {
  const { tensors } = await locateTensors(join(goldens, 'written.safetensors'))
  const place = tensors.get('vit.b') ?? expect.fail()
  expect(place.shape).toEqual([2, 3])
  expect(asFloat32(readTensor(place))[6 - 1]).toBe(Math.fround(5 / 7))
})

it('refuses to write an array that does not fill its shape', async () => {
  const wrong = new Map([['a', { shape: [3], data: new Float32Array(2) }]])
  await expect(writeSafetensors(join(folder, 'wrong'), wrong)).rejects.toThrow(RangeError)
})

function file(header: string | Uint8Array, dataBytes: number, announced?: bigint): Uint8Array {
  const text = typeof header === 'string' ? Buffer.from(header) : header
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}
const entry = (begin: number, end: number, shape = '[1]', dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`

describe('refuses a file that breaks the format, naming it', () => {
  const cases: Record<string, [Uint8Array, RegExp]> = {
    'empty file': [new Uint8Array(), /0 bytes long/],
    'huge header': [file('{}', 0, 2n ** 63n), /announces a header of 9223372036854775808 bytes/],
    'header beyond the file': [file('{}', 0, 3n), /announces a header of 3 bytes in a file of 10/],
    'not UTF-8': [file(new Uint8Array([0x7b, 0xff, 0x7d]), 0), /not UTF-8/],
    'byte order mark': [file('\ufeff{}', 0), /does not start with/],
    'leading space': [file(' {}', 0), /does not start with/],
    'not JSON': [file('{"a":', 0), /not JSON/],
    'duplicate tensor': [file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), /"a" stands twice/],
    'duplicate by escape': [file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), /"a" stands twice/],
    'duplicate inside': [
      file('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      /"dtype" stands/,
    ],
    'metadata of numbers': [file('{"__metadata__":{"a":1}}', 0), /__metadata__/],
    'metadata a list': [file('{"__metadata__":[]}', 0), /__metadata__/],
    'entry not an object': [file('{"a":5}', 0), /"a".*no "dtype"/],
    'dtype of the format that is not read': [
      file(`{"a":${entry(0, 1, '[1]', 'F8_E4M3')}}`, 1),
      /"a".*F8_E4M3 is not supp/,
    ],
    'unknown dtype': [file(`{"a":${entry(0, 1, '[1]', 'float')}}`, 1), /"a".*no element type "float"/],
    'NUL in a name': [file(`{"a\\u0000b":${entry(0, 4)}}`, 4), /"a\\u0000b".*NUL character/],
    'metadata of lists': [file('{"__metadata__":{"a":["b"]}}', 0), /__metadata__/],
    'lengths that overflow before a zero': [
      file(`{"a":${entry(0, 0, '[4294967296,4294967296,0]')}}`, 0),
      /"a".*too large/,
    ],
    'inherited dtype': [file(`{"a":${entry(0, 1, '[1]', 'toString')}}`, 1), /toString/],
    'negative shape': [file(`{"a":${entry(0, 4, '[-1]')}}`, 4), /"a".*"shape"/],
    'fractional shape': [file(`{"a":${entry(0, 4, '[0.5]')}}`, 4), /"a".*"shape"/],
    'three offsets': [file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4), /"a".*"data_offsets"/],
    'end before begin': [file(`{"a":${entry(4, 0)}}`, 4), /"a".*span -4/],
    'size and shape differ': [file(`{"a":${entry(0, 4, '[2]')}}`, 4), /"a".*takes 8 bytes, its offsets span 4/],
    'shape overflows': [file(`{"a":${entry(0, 4, '[4294967296,4294967296]')}}`, 4), /"a".*too large/],
    gap: [file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), /"b".*gap/],
    'gap at the start': [file(`{"a":${entry(4, 8)}}`, 8), /"a".*gap/],
    overlap: [file(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4), /"b".*overlap/],
    'cut short': [file(`{"a":${entry(0, 4)}}`, 3), /describes 4 bytes.*holds 3.*cut short/],
    'bytes left over': [file(`{"a":${entry(0, 4)}}`, 5), /describes 4 bytes.*holds 5/],
  }
  it.each(Object.entries(cases))('it refuses: %s', async (name, [bytes, message]) => {
    const path = join(folder, `${name}.safetensors`)
    await writeFile(path, bytes)
    const error = await readSafetensors(path).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(XpError)
    expect((error as XpError).message).toMatch(message)
    expect((error as XpError).message).toContain(path)
    expect((error as XpError).exit).toBe('data')
  })
})

it('accepts a tensor named __proto__ and trailing spaces in the header', async () => {
  const path = join(folder, 'odd.safetensors')
  await writeFile(path, file(`{"__proto__":${entry(0, 4)}}   `, 4))
  expect([...(await readSafetensors(path)).tensors.keys()]).toEqual(['__proto__'])
})
