/** File name extensions taken for images, lower case; those beyond `decodable` are errors that name the file. */
const decodable = ['.jpg', '.jpeg', '.png', '.gif', '.webp', '.tif', '.tiff']
const known = ['.bmp', '.ppm', '.pgm', '.avif', '.heic', '.heif', '.jp2', '.jxl', '.jfif', '.svg']

export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff'

/** Whether a file's name says that it is an image, in a supported format or not. */
export function hasImageExtension(file: string): boolean {
  const at = file.lastIndexOf('.')
  const extension = at < 0 ? '' : file.slice(at).toLowerCase()
  return decodable.includes(extension) || known.includes(extension)
}

const starts: readonly (readonly [ImageFormat, string])[] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
]

/** The format by the first bytes, whatever the name says; undefined when it is none that is read here. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.length)).toString('latin1')
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp'
  return starts.find(([, magic]) => head.startsWith(magic))?.[0]
}
