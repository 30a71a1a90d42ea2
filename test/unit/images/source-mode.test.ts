import sharp from 'sharp'
import { expect, it } from 'vitest'
import { sourceMode } from '../../../src/images/source-mode.ts'

const raw = (channels: 1 | 3 | 4) =>
  sharp(new Uint8Array(16 * 16 * channels).fill(90), { raw: { width: 16, height: 16, channels } })
const cases: readonly (readonly [string, () => Promise<Buffer>, string | undefined])[] = [
  ['a colour JPEG', () => raw(3).jpeg().toBuffer(), 'RGB'],
  ['a gray JPEG', () => raw(1).toColourspace('b-w').jpeg().toBuffer(), 'gray'],
  ['a CMYK JPEG', () => raw(3).toColourspace('cmyk').jpeg().toBuffer(), 'CMYK'],
  ['a PNG', () => raw(3).png().toBuffer(), 'RGB'],
  ['a PNG with alpha', () => raw(4).png().toBuffer(), 'alpha'],
  ['a PNG with a palette', () => raw(3).png({ palette: true }).toBuffer(), 'palette'],
  ['a PNG of 16 bits', () => raw(3).toColourspace('rgb16').png().toBuffer(), '16 bit'],
  ['a GIF', () => raw(3).gif().toBuffer(), 'palette'],
  ['a WebP', () => raw(3).webp().toBuffer(), 'RGB'],
  ['a WebP with alpha', () => raw(4).webp().toBuffer(), 'alpha'],
  ['a lossless WebP with alpha', () => raw(4).webp({ lossless: true }).toBuffer(), 'alpha'],
  ['a TIFF', () => raw(3).tiff().toBuffer(), undefined],
]

it.each(cases)('%s', async (_, make, mode) => {
  expect(sourceMode(await make())).toBe(mode)
})
