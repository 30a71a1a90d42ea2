import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { XpError } from '../../src/errors/xp-error.ts'
import { duplicateKey } from '../../src/std/json-keys.ts'
import { readSafetensors, writeSafetensors } from '../../src/std/safetensors.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xp-safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

const tensor = fc
  .array(fc.nat(3), { maxLength: 3 })
  .chain((shape) =>
    fc
      .array(fc.float({ noNaN: true }), { minLength: product(shape), maxLength: product(shape) })
      .map((values) => ({ shape, data: new Float32Array(values) })),
  )
const product = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1)
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((s) => s !== '__metadata__')

it('reads back what it wrote, whatever the names, shapes and metadata', async () => {
  const path = join(folder, 'round-trip.safetensors')
  const contents = fc.record({
    tensors: fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 }),
    metadata: fc.dictionary(name, fc.string({ unit: 'grapheme' })),
  })
  await fc.assert(
    fc.asyncProperty(contents, async ({ tensors, metadata }) => {
      await writeSafetensors(path, new Map(tensors), metadata)
      const read = await readSafetensors(path)
      expect(new Map([...read.tensors].map(([key, { shape, data }]) => [key, { shape, data }]))).toEqual(
        new Map(tensors),
      )
      expect({ ...read.metadata }).toEqual({ ...metadata })
    }),
    { numRuns: 100 },
  )
})

it('answers a damaged file with a named error or with tensors that fill their shapes', async () => {
  const whole = await readFile(resolve(import.meta.dirname, '../goldens/every-type.safetensors'))
  const path = join(folder, 'damaged.safetensors')
  const damage = fc.record({
    at: fc.nat(whole.length - 1),
    byte: fc.nat(255),
    cut: fc.option(fc.nat(whole.length)),
  })
  let refused = 0
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, byte, cut }) => {
      const bytes = Buffer.from(whole)
      bytes[at] = byte
      await writeFile(path, bytes.subarray(0, cut ?? bytes.length))
      try {
        const { tensors } = await readSafetensors(path)
        for (const { shape, data } of tensors.values()) expect(data).toHaveLength(product(shape))
      } catch (error) {
        if (!(error instanceof XpError)) throw error
        expect(error.message).toContain(path)
        refused++
      }
    }),
    { numRuns: 300 },
  )
  expect(refused).toBeGreaterThan(50)
})

it('finds a duplicate key exactly where JSON.parse drops one', () => {
  const key = fc.constantFrom('a', 'b', 'a"', 'é', '{', '\\')
  const object = fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 })
  fc.assert(
    fc.property(object, (entries) => {
      const json = `{${entries.map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`).join(' , ')}}`
      const dropped = Object.keys(JSON.parse(json)).length < entries.length
      expect(duplicateKey(json) !== undefined).toBe(dropped)
    }),
  )
})

const verdicts: { file: string; accepted: boolean }[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../goldens/safetensors-verdicts.json'), 'utf8'),
)

/** What is refused here and taken by that reader: it keeps the last of two entries of one name, for example. */
const stricter = { 'stands twice': 0, 'does not start with "{"': 0, '"shape" is not a list of whole numbers from 0': 0 }

it(`judges ${verdicts.length} broken and whole files as the reader of the format's authors does`, async () => {
  const path = join(folder, 'judged.safetensors')
  let accepted = 0
  for (const verdict of verdicts) {
    await writeFile(path, Buffer.from(verdict.file, 'base64'))
    const error = await readSafetensors(path).then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    if (error === undefined) accepted++
    else expect(error).toBeInstanceOf(XpError)
    const reason = (Object.keys(stricter) as (keyof typeof stricter)[]).find((part) => error?.message.includes(part))
    if (verdict.accepted && reason !== undefined) stricter[reason]++
    else expect(error === undefined, `${verdict.file}: ${error}`).toBe(verdict.accepted)
  }
  // The one odd shape has a length of 2⁶³ and no elements.
  expect(Object.values(stricter)).toEqual([19, 5, 1])
  expect(accepted).toBeGreaterThan(50)
  expect(accepted).toBeLessThan(verdicts.length - 100)
})

it('reads long strings in a header, and refuses one that stands twice', async () => {
  const path = join(folder, 'long.safetensors')
  const long = '\\"\\\\x'.repeat(2_000_000)
  const entry = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
  const write = (header: string) => {
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
    return writeFile(path, Buffer.concat([length, Buffer.from(header)]))
  }
  await write(`{"__metadata__":{"a":"${long}"},"${long}":${entry}}`)
  expect((await readSafetensors(path)).tensors.size).toBe(1)
  await write(`{"__metadata__":{"a":"${long}","a":""},"b":${entry}}`)
  await expect(readSafetensors(path)).rejects.toThrow(/"a" stands twice/)
})
