import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Resample } from '../../src/artifacts/processed-images.ts'
import { decodeBytes, decodeImage } from '../../src/images/decode.ts'
import { parsePreprocessorConfig } from '../../src/images/preprocessor-config.ts'
import { outputSize, process } from '../../src/images/processor.ts'
import { resize } from '../../src/images/resize.ts'
import { sha256 } from '../../src/std/hash.ts'
import { picture } from '../unit/images/picture.ts'

const goldens = join(import.meta.dirname, '../goldens')
const read = (name: string) => JSON.parse(readFileSync(join(goldens, name), 'utf8'))

interface Goldens {
  readonly resizes: readonly { from: [number, number]; to: [number, number]; resample: Resample; sha256: string }[]
  readonly files: readonly { name: string; base64: string; width: number; height: number; sha256: string }[]
  readonly processors: readonly { config: object; picture: [number, number]; shape: number[]; sha256: string }[]
}
const { resizes, files, processors }: Goldens = read('images.json')
const bytesOf = (pixels: Float32Array) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)

describe('resize', () => {
  it.each(resizes)('it gives the bytes of Pillow from $from to $to with filter $resample', (golden) => {
    const { data } = resize(picture(...golden.from), ...golden.to, golden.resample)
    expect(sha256(data)).toBe(golden.sha256)
  })

  it('it covers every filter, up and down', () => {
    expect(resizes.length).toBe(138)
    expect(new Set(resizes.map((r) => r.resample)).size).toBe(6)
  })

  it('it goes red when a filter is mistaken for its neighbour', () => {
    const [golden] = resizes.filter((r) => r.resample === 2)
    const { data } = resize(picture(...(golden?.from ?? [1, 1])), ...(golden?.to ?? [1, 1]), 5)
    expect(sha256(data)).not.toBe(golden?.sha256)
  })
})

describe('decode', () => {
  it.each(files)('it gives the bytes of PIL for $name', async (golden) => {
    const image = await decodeBytes(Buffer.from(golden.base64, 'base64'))
    expect([image.width, image.height]).toEqual([golden.width, golden.height])
    expect(sha256(image.data)).toBe(golden.sha256)
  })
})

describe('image processor', () => {
  it.each(processors)('it gives the pixel values of Hugging Face for $config on $picture', (golden) => {
    const processor = parsePreprocessorConfig(golden.config, 'preprocessor_config.json')
    const pixels = process(picture(...golden.picture), processor)
    const size = outputSize(processor)
    expect([size?.height, size?.width, 3]).toEqual(golden.shape)
    expect(sha256(bytesOf(pixels))).toBe(golden.sha256)
  })
})

const dataset = join(import.meta.dirname, '../../../shared/datasets/shoe-sandal-boot')
describe.skipIf(!existsSync(dataset))('photographs (skipped where the shoe-sandal-boot images are absent)', () => {
  const photographs: readonly { path: string; sha256: string; pixels: string }[] = read('images-folder.json')
  const vit = parsePreprocessorConfig({}, 'preprocessor_config.json')

  it('it decodes and prepares each as PIL and Hugging Face', async () => {
    for (const { path, sha256: decoded, pixels } of photographs) {
      const image = await decodeImage(join(dataset, path))
      expect(sha256(image.data), path).toBe(decoded)
      expect(sha256(bytesOf(process(image, vit))), path).toBe(pixels)
    }
    expect(photographs.length).toBeGreaterThanOrEqual(30)
  })
})
