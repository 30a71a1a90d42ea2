import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBytes, whyUndecodable } from '../../src/images/decode.ts'
import { sniffFormat } from '../../src/images/format.ts'
import { pixelLimit } from '../../src/images/undecodable.ts'
import { corpus } from '../goldens/corpus.ts'

const whole = corpus.filter(({ pillow }) => pillow.refused === undefined)
const formats = [...new Set(whole.map(({ bytes }) => sniffFormat(bytes)))].filter((format) => format !== undefined)
/** No file here has a megapixel; a damaged one must not take longer than this. */
const milliseconds = 20_000

async function pixelsOrReason(bytes: Uint8Array): Promise<'pixels' | 'reason'> {
  const start = performance.now()
  try {
    const { width, height, data } = await decodeBytes(bytes)
    expect(data.length).toBe(width * height * 3)
    expect(width * height).toBeLessThanOrEqual(pixelLimit)
    return 'pixels'
  } catch (error) {
    expect(whyUndecodable(error)).not.toBe('')
    expect((error as Error).name, String((error as Error).stack)).toBe('Error')
    return 'reason'
  } finally {
    expect(performance.now() - start).toBeLessThan(milliseconds)
  }
}

it.each(formats)('damaged %s files give pixels or a reason', async (format) => {
  const files = whole.filter(({ bytes }) => sniffFormat(bytes) === format)
  const seen = new Set<string>()
  const damaged = fc
    .record({
      file: fc.constantFrom(...files),
      flips: fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { maxLength: 6 }),
      /** Most damage near the front, where the headers are. */
      front: fc.boolean(),
      cut: fc.option(fc.nat(100_000), { freq: 4 }),
    })
    .map(({ file, flips, front, cut }) => {
      const bytes = Uint8Array.from(file.bytes)
      const reach = front ? Math.min(64, bytes.length) : bytes.length
      for (const [at, value] of flips) bytes[at % reach] = value
      return cut === null ? bytes : bytes.subarray(0, cut % bytes.length)
    })
  await fc.assert(
    fc.asyncProperty(damaged, async (bytes) => {
      seen.add(await pixelsOrReason(bytes))
    }),
    { numRuns: 150 },
  )
  expect([...seen].sort()).toEqual(['pixels', 'reason'])
})

it('it knows all formats', () => {
  expect([...formats].sort()).toEqual(['avif', 'bmp', 'gif', 'jpeg', 'netpbm', 'png', 'tiff', 'webp'])
})

it('bytes without meaning after each magic number give a reason', async () => {
  const magic = [
    '\xff\xd8\xff',
    '\x89PNG\r\n\x1a\n',
    'GIF89a',
    'RIFF\0\0\0\0WEBP',
    'II*\0',
    'MM\0*',
    'BM',
    'P6 ',
    'P3 ',
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...magic), fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
      await pixelsOrReason(Buffer.concat([Buffer.from(start, 'latin1'), rest]))
    }),
    { numRuns: 300 },
  )
})
