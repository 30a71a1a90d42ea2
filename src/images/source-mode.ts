import type { SourceMode } from '../artifacts/inspection.ts'
import { sniffFormat } from './format.ts'
import { readJpegHeader } from './jpeg-header.ts'

/** What an image file holds before it becomes RGB, from its header; undefined where that takes more than a look. */
export function sourceMode(bytes: Uint8Array): SourceMode | undefined {
  switch (sniffFormat(bytes)) {
    case 'jpeg':
      return jpegModes[readJpegHeader(bytes)?.components ?? 0]
    case 'png':
      return bytes[24] === 16 ? '16 bit' : pngModes[bytes[25] ?? -1]
    case 'gif':
      return 'palette'
    case 'webp':
      return webpMode(bytes)
    default:
      return undefined
  }
}

const jpegModes: Readonly<Record<number, SourceMode>> = { 1: 'gray', 3: 'RGB', 4: 'CMYK' }
/** By colour type (PNG, 11.2.1). */
const pngModes: Readonly<Record<number, SourceMode>> = { 0: 'gray', 2: 'RGB', 3: 'palette', 4: 'alpha', 6: 'alpha' }

/** The flags of VP8X, or of VP8L's header, say whether there is alpha (RFC 9649, 2.7 and 3.4). */
function webpMode(bytes: Uint8Array): SourceMode {
  const chunk = Buffer.from(bytes.buffer, bytes.byteOffset + 12, 4).toString('latin1')
  const hasAlpha =
    (chunk === 'VP8X' && ((bytes[20] ?? 0) & 0x10) !== 0) || (chunk === 'VP8L' && ((bytes[24] ?? 0) & 0x10) !== 0)
  return hasAlpha ? 'alpha' : 'RGB'
}
