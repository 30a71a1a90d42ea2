import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Resample } from '../../src/artifacts/processed-images.ts'
import { parsePreprocessorConfig } from '../../src/images/preprocessor-config.ts'
import { outputSize, process } from '../../src/images/processor.ts'
import { resize } from '../../src/images/resize.ts'
import { sha256 } from '../../src/std/hash.ts'
import { pixelLevels } from '../tolerances.ts'
import { picture } from '../unit/images/picture.ts'

type Resized = { readonly from: [number, number]; readonly to: [number, number]; readonly resample: Resample }
interface Goldens {
  readonly resizes: readonly (Resized & { readonly sha256: string })[]
  readonly floats: readonly (Resized & { readonly base64: string })[]
  readonly processors: readonly { config: object; picture: [number, number]; shape: number[]; sha256: string }[]
}
const file = join(import.meta.dirname, '../goldens/torchvision-resize.json')
const { resizes, floats, processors }: Goldens = JSON.parse(readFileSync(file, 'utf8'))

const resized = ({ from, to, resample }: Resized, backend: 'pil' | 'torchvision' = 'torchvision') =>
  resize(picture(...from), ...to, resample, backend).data
const bytesOf = (pixels: Float32Array) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)

describe('resize', () => {
  it.each(resizes)('it gives the bytes of torchvision from $from to $to with filter $resample', (golden) => {
    expect(sha256(resized(golden))).toBe(golden.sha256)
  })

  it('it covers lanczos, bilinear and bicubic, which mostly differ from Pillow’s by some byte', () => {
    expect(resizes).toHaveLength(57)
    expect(new Set(resizes.map(({ resample }) => resample))).toEqual(new Set([1, 2, 3]))
    const others = resizes.filter((golden) => sha256(resized(golden, 'pil')) !== golden.sha256)
    expect(others.length).toBeGreaterThan(40)
  })

  it.each(floats)('it is near what torchvision makes in floats, bilinear from $from to $to', (golden) => {
    const expected = Buffer.from(golden.base64, 'base64')
    const made = resized(golden)
    expect(made).toHaveLength(expected.length)
    expect(Math.max(...made.map((v, i) => Math.abs(v - (expected[i] ?? 0))))).toBeLessThanOrEqual(
      pixelLevels.torchFloats,
    )
  })
})

describe('image processor', () => {
  it.each(processors)('it gives the pixel values of the fast processor for $config on $picture', (golden) => {
    const processor = parsePreprocessorConfig(golden.config, 'preprocessor_config.json', 'torchvision')
    const size = outputSize(processor)
    expect([size?.height, size?.width, 3]).toEqual(golden.shape)
    expect(sha256(bytesOf(process(picture(...golden.picture), processor)))).toBe(golden.sha256)
  })

  it('it goes red on Pillow’s padding, rescaling or resizing', () => {
    const red = processors.filter((golden) => {
      const processor = parsePreprocessorConfig(golden.config, 'preprocessor_config.json')
      return sha256(bytesOf(process(picture(...golden.picture), processor))) !== golden.sha256
    })
    expect(processors).toHaveLength(30)
    expect(red.length).toBeGreaterThan(20)
  })
})
