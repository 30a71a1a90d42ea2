import { readFile } from 'node:fs/promises'
import type sharp from 'sharp'
import { unreadableImage } from '../errors/data.ts'
import { decodeBytes, whyUndecodable } from './decode.ts'
import { sniffFormat } from './format.ts'
import type { RgbImage } from './rgb-image.ts'
import { loadSharp } from './sharp-decode.ts'

/**
 * A JPEG of an image, upright, that fits a square of `pixels`; equal bytes each time.
 * @throws XpError naming the path when it cannot be decoded
 */
export async function thumbnail(path: string, pixels: number): Promise<Buffer> {
  const library = await loadSharp()
  try {
    const bytes = await readFile(path)
    const format = sniffFormat(bytes)
    const open =
      format === 'bmp' || format === 'netpbm'
        ? fromPixels(await decodeBytes(bytes), library)
        : library(bytes, { ignoreIcc: true })
    return await open
      .autoOrient()
      .resize({ width: pixels, height: pixels, fit: 'inside' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: 80 })
      .toBuffer()
  } catch (error) {
    throw unreadableImage(path, whyUndecodable(error))
  }
}

const fromPixels = ({ data, width, height }: RgbImage, library: typeof sharp) =>
  library(data, { raw: { width, height, channels: 3 } })
