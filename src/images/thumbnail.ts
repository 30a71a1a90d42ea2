import { unreadableImage } from '../errors/data.ts'
import { whyUndecodable } from './decode.ts'
import { loadSharp } from './sharp-decode.ts'

/**
 * A JPEG of an image, upright, that fits a square of `pixels`; equal bytes each time.
 * @throws XpError naming the path when it cannot be decoded
 */
export async function thumbnail(path: string, pixels: number): Promise<Buffer> {
  const sharp = await loadSharp()
  try {
    return await sharp(path, { ignoreIcc: true })
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
