import { readFileSync } from 'node:fs'
import { unreadableImage } from '../errors/data.ts'
import { decodeBmp } from './bmp.ts'
import { sniffFormat, whyRefused } from './format.ts'
import { decodeGif } from './gif.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { decodeJpegTurbo } from './jpeg-turbo.ts'
import { decodeNetpbm } from './netpbm.ts'
import type { RgbImage } from './rgb-image.ts'
import { decodeWithSharp } from './sharp-decode.ts'
import { decodeTiff } from './tiff.ts'
import { needSaneSize, UndecodableImage } from './undecodable.ts'

/** JPEGs up to this size go to the WebAssembly decoder; on larger ones sharp's SIMD wins. */
const smallJpeg = 512 * 512

/**
 * Decodes an image file with the bytes of PIL's `exif_transpose(Image.open(path)).convert("RGB")`: upright, alpha
 * dropped, embedded colour profiles ignored. JPEG, PNG, GIF (first frame), WebP, TIFF (first page), AVIF, BMP, PPM. The
 * differences that remain stand in docs/images.md.
 * @throws XpError naming the path when it is not an image, truncated, or of another format
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  try {
    return await decodeFile(path)
  } catch (error) {
    throw unreadableImage(path, whyUndecodable(error))
  }
}

/** As `decodeImage`, throwing whatever it was; `whyUndecodable` says it in one line. */
export const decodeFile = async (path: string): Promise<RgbImage> => decodeBytes(readFileSync(path))

/** The reason in one line, for a reader. */
export function whyUndecodable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'the file does not exist'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it'
  const reason = (message.split('\n')[0] ?? '').replace(/^Input (buffer|file) /, '').replace(/^\w*vips\w*: /i, '')
  return reason.replace('libpng read error', 'its compressed data are cut or broken').trim()
}

/** As `decodeImage`, from the bytes of a file. @throws UndecodableImage, or sharp's Error */
export async function decodeBytes(bytes: Uint8Array): Promise<RgbImage> {
  if (bytes.length === 0) throw new UndecodableImage('the file is empty')
  const format = sniffFormat(bytes)
  switch (format) {
    case undefined:
      throw new UndecodableImage(whyRefused(bytes))
    case 'jpeg':
      return decodeJpeg(bytes)
    case 'gif':
      return decodeGif(bytes)
    case 'bmp':
      return decodeBmp(bytes)
    case 'netpbm':
      return decodeNetpbm(bytes)
    case 'tiff':
      return decodeTiff(bytes)
    default:
      return decodeWithSharp(bytes, 'rgb')
  }
}

async function decodeJpeg(bytes: Uint8Array): Promise<RgbImage> {
  const header = readJpegHeader(bytes)
  if (header !== undefined) needSaneSize(header.width, header.height)
  if (header?.plain && (header.components === 3 || header.components === 1)) {
    const pixels = header.width * header.height
    const image = pixels <= smallJpeg ? decodeJpegTurbo(bytes, header.width, header.height) : undefined
    if (image !== undefined) return image
  }
  return decodeWithSharp(bytes, header?.components === 4 ? 'cmyk' : 'rgb')
}
