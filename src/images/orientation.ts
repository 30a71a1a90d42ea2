import type { RgbImage } from './rgb-image.ts'
import { tiffTag } from './tiff-tag.ts'

const orientationTag = 0x0112

/** The orientation that an EXIF block states in its first directory; undefined when it states none. */
export function exifOrientation(exif: Uint8Array): number | undefined {
  const hasPrefix = Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0'
  return tiffTag(hasPrefix ? exif.subarray(6) : exif, orientationTag)
}

/** The orientation that XMP states. */
export function xmpOrientation(xmp: string): number | undefined {
  const digit = /tiff:Orientation(?:="|>)([0-9])/.exec(xmp)?.[1]
  return digit === undefined ? undefined : Number(digit)
}

/** The image upright, given its EXIF orientation; values beyond 1 to 8 mean 1. */
export function upright(image: RgbImage, orientation: number): RgbImage {
  if (!(orientation > 1 && orientation <= 8)) return image
  const { width, height, data } = image
  const swaps = orientation >= 5
  const [toWidth, toHeight] = swaps ? [height, width] : [width, height]
  const flipsX = [2, 3, 7, 8].includes(orientation)
  const flipsY = [3, 4, 6, 7].includes(orientation)
  const out = new Uint8Array(data.length)
  for (let y = 0, o = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const [u, v] = swaps ? [y, x] : [x, y]
      const from = ((flipsY ? height - 1 - v : v) * width + (flipsX ? width - 1 - u : u)) * 3
      out[o++] = data[from] as number
      out[o++] = data[from + 1] as number
      out[o++] = data[from + 2] as number
    }
  }
  return { width: toWidth, height: toHeight, data: out }
}
