import type sharp from 'sharp'
import type { ImageFormat } from './format.ts'
import type { RgbImage } from './rgb-image.ts'

let loaded: Promise<typeof sharp> | undefined

/** sharp, loaded at its first use; one thread per image and no cache, because the callers are the parallelism. */
export function loadSharp(): Promise<typeof sharp> {
  loaded ??= import('sharp').then(({ default: library }) => {
    library.concurrency(1)
    library.cache(false)
    return library
  })
  return loaded
}

/** Decodes with libvips as PIL converts to RGB. @throws Error with libvips' reason */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: ImageFormat | 'cmyk-jpeg',
  limitInputPixels: number,
): Promise<RgbImage> {
  const library = await loadSharp()
  const open = () => library(bytes, { ignoreIcc: true, limitInputPixels, failOn: 'warning' }).autoOrient()
  const isCmyk =
    format === 'cmyk-jpeg' ||
    (format === 'tiff' && (await library(bytes, { limitInputPixels }).metadata()).space === 'cmyk')
  const pipeline = isCmyk
    ? open().pipelineColourspace('cmyk').toColourspace('cmyk')
    : open().removeAlpha().toColourspace('srgb')
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const image = { width: info.width, height: info.height }
  return { ...image, data: isCmyk ? rgbFromCmyk(data) : info.channels === 1 ? rgbFromGray(data) : data }
}

/** PIL's CMYK to RGB: each ink scales what black leaves, rounded as MULDIV255. */
function rgbFromCmyk(data: Uint8Array): Uint8Array {
  const out = new Uint8Array((data.length / 4) * 3)
  for (let i = 0, o = 0; i < data.length; i += 4) {
    const light = 255 - (data[i + 3] as number)
    for (let c = 0; c < 3; c++) {
      const scaled = (data[i + c] as number) * light + 128
      out[o++] = Math.max(0, light - (((scaled >> 8) + scaled) >> 8))
    }
  }
  return out
}

function rgbFromGray(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length * 3)
  for (let i = 0; i < data.length; i++) out.fill(data[i] as number, i * 3, i * 3 + 3)
  return out
}
