import { readFileSync } from 'node:fs'
import { unreadableImage } from '../errors/data.ts'
import { sniffFormat } from './format.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { decodeJpegTurbo } from './jpeg-turbo.ts'
import type { RgbImage } from './rgb-image.ts'
import { decodeWithSharp } from './sharp-decode.ts'

/** Above this many pixels PIL refuses an image as a decompression bomb, and so do we. */
const pixelLimit = 2 * 89_478_485

/** JPEGs up to this size go to the WebAssembly decoder; on larger ones sharp's SIMD wins. */
const smallJpeg = 512 * 512

/** An image that cannot be decoded, and why in one line; thrown where the path is not known. */
class UndecodableImage extends Error {}

/**
 * Decodes an image file with the bytes of PIL's `exif_transpose(Image.open(path)).convert("RGB")`: upright, alpha
 * dropped, embedded colour profiles ignored. JPEG, PNG, GIF (first frame), WebP, TIFF (first page). One difference is
 * meant: 16-bit gray is scaled to 8 bits, where PIL clips nearly all of it to white.
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
  return (message.split('\n')[0] ?? '').replace(/^Input (buffer|file) /, '').trim()
}

/** As `decodeImage`, from the bytes of a file. @throws UndecodableImage, or sharp's Error */
export async function decodeBytes(bytes: Uint8Array): Promise<RgbImage> {
  const format = sniffFormat(bytes)
  if (bytes.length === 0) throw new UndecodableImage('the file is empty')
  if (format === undefined) throw new UndecodableImage('it is not a JPEG, PNG, GIF, WebP or TIFF file')
  if (format !== 'jpeg') return decodeWithSharp(bytes, format, pixelLimit)
  const header = readJpegHeader(bytes)
  if (header?.plain && (header.components === 3 || header.components === 1)) {
    const pixels = header.width * header.height
    const image = pixels > 0 && pixels <= smallJpeg ? decodeJpegTurbo(bytes, header.width, header.height) : undefined
    if (image !== undefined) return image
  }
  return decodeWithSharp(bytes, header?.components === 4 ? 'cmyk-jpeg' : format, pixelLimit)
}
