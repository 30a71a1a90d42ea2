/** File name extensions taken for images, lower case; those that are not decodable become errors that name the file. */
const decodable = [
  ...['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.apng', '.gif', '.webp', '.tif', '.tiff', '.avif'],
  ...['.bmp', '.dib', '.ppm', '.pgm', '.pbm', '.pnm'],
]
const known = ['.heic', '.heif', '.jp2', '.j2k', '.jxl', '.svg', '.ico', '.psd', '.tga']

export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif' | 'bmp' | 'netpbm'

/** Whether a file's name says that it is an image, in a supported format or not. */
export function hasImageExtension(file: string): boolean {
  const at = file.lastIndexOf('.')
  const extension = at < 0 ? '' : file.slice(at).toLowerCase()
  return decodable.includes(extension) || known.includes(extension)
}

const starts: readonly (readonly [ImageFormat, string])[] = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['tiff', 'II+\0'],
  ['tiff', 'MM\0+'],
  ['bmp', 'BM'],
]

/** Formats that people have and that are not read, by their first bytes. */
const refused: readonly (readonly [string, string])[] = [
  ['a JPEG XL image', '\xff\x0a'],
  ['a JPEG XL image', '\0\0\0\x0cJXL '],
  ['a JPEG 2000 image', '\xff\x4f\xff\x51'],
  ['a JPEG 2000 image', '\0\0\0\x0cjP  '],
  ['a PDF document', '%PDF-'],
  ['an EPS drawing', '%!PS'],
  ['a Photoshop document', '8BPS'],
  ['a Windows icon', '\0\0\x01\0'],
  ['an OpenEXR image', 'v/1\x01'],
  ['a portable float map (PFM)', 'PF'],
  ['a portable float map (PFM)', 'Pf'],
  ['a QOI image', 'qoif'],
  ['a zip archive', 'PK\x03\x04'],
  ['a gzip archive', '\x1f\x8b'],
]

/** An ISO base media file is told by its brands, of which the first stands for the file. */
const isMedia = (start: string) => start.slice(4, 8) === 'ftyp'
const isAvif = (start: string) => /^(avi[fs]|(mif1|msf1).*avi[fs])/s.test(start.slice(8))

const head = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(64, bytes.length)).toString('latin1')

/** The format by the first bytes, whatever the name says; undefined when it is none that is read here. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  const start = head(bytes)
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp'
  if (isMedia(start)) return isAvif(start) ? 'avif' : undefined
  if (/^P[1-6]\s/.test(start)) return 'netpbm'
  return starts.find(([, magic]) => start.startsWith(magic))?.[0]
}

/** Why bytes of no readable format are refused, and what to do. */
export function whyRefused(bytes: Uint8Array): string {
  const name = refusedName(head(bytes))
  if (name !== undefined) return `it is ${name}, which is not read; save it as PNG or JPEG`
  return 'it is not a JPEG, PNG, GIF, WebP, TIFF, AVIF, BMP or PPM file'
}

function refusedName(start: string): string | undefined {
  if (isMedia(start)) return /^(hei|hev|mif1|msf1)/.test(start.slice(8)) ? 'a HEIC image' : 'a film'
  if (/^\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)/i.test(start)) return 'an SVG drawing'
  if (/^\s*<(!DOCTYPE html|html)/i.test(start)) return 'a web page'
  if (start.startsWith('version https://git-lfs')) return 'a pointer of Git LFS (git lfs pull fetches the image)'
  return refused.find(([, magic]) => start.startsWith(magic))?.[0]
}
