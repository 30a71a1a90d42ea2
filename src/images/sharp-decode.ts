import type sharp from 'sharp'
import { exifOrientation, upright, xmpOrientation } from './orientation.ts'
import type { RgbImage } from './rgb-image.ts'
import { pixelLimit } from './undecodable.ts'

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

/** As PIL, decoding goes on over warnings, such as stray bytes in a JPEG, and not over missing data. */
export const sharpInput = { ignoreIcc: true, limitInputPixels: pixelLimit, failOn: 'error' } as const

/** Decodes with libvips as PIL converts to RGB. @throws Error with libvips' reason */
export async function decodeWithSharp(bytes: Uint8Array, colours: 'rgb' | 'cmyk'): Promise<RgbImage> {
  const library = await loadSharp()
  const isCmyk = colours === 'cmyk'
  const open = library(bytes, sharpInput).autoOrient()
  const pipeline = isCmyk
    ? open.pipelineColourspace('cmyk').toColourspace('cmyk')
    : open.removeAlpha().toColourspace('srgb')
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const rgb = isCmyk ? rgbFromCmyk(data) : info.channels === 1 ? rgbFromGray(data) : data
  return upright({ width: info.width, height: info.height, data: rgb }, await statedElsewhere(bytes, library))
}

/** What hints at an orientation outside of EXIF. */
const hints = ['tiff:Orientation', 'XML:com.adobe.xmp', 'Raw profile type exif']

/** The orientation that PIL also takes from XMP and from ImageMagick's text chunk, where there is no EXIF. */
async function statedElsewhere(bytes: Uint8Array, library: typeof sharp): Promise<number> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!hints.some((hint) => buffer.includes(hint))) return 1
  const { orientation, exif, xmp, comments = [] } = await library(bytes, sharpInput).metadata()
  if (orientation !== undefined || (exif && exifOrientation(exif) !== undefined)) return 1
  const raw = comments.find(({ keyword }) => keyword === 'Raw profile type exif')?.text
  const fromRaw = raw === undefined ? undefined : exifOrientation(Buffer.from(raw.split('\n').slice(3).join(''), 'hex'))
  return fromRaw ?? xmpOrientation(xmp?.toString('latin1') ?? '') ?? 1
}

/** PIL's CMYK to RGB: each ink scales what black leaves, rounded as MULDIV255. */
export function rgbFromCmyk(data: Uint8Array): Uint8Array {
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

export function rgbFromGray(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length * 3)
  for (let i = 0; i < data.length; i++) out.fill(data[i] as number, i * 3, i * 3 + 3)
  return out
}
