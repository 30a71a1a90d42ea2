import { truncated } from './undecodable.ts'

/**
 * Expands a BMP's run lengths (RLE8, or RLE4 where `four`) into one index a pixel, rows as stored. Runs that leave
 * their row are cut, skipped pixels are 0, as in Pillow.
 * @throws UndecodableImage when the runs end before the pixels
 */
export function bmpRunLengths(
  bytes: Uint8Array,
  start: number,
  { width, height, four }: { readonly width: number; readonly height: number; readonly four: boolean },
): Uint8Array {
  const out = new Uint8Array(width * height)
  let filled = 0
  let x = 0
  let at = start
  const put = (value: number) => {
    if (filled < out.length) out[filled++] = value
  }
  while (filled < out.length && at + 1 < bytes.length) {
    const [count, byte] = [bytes[at] as number, bytes[at + 1] as number]
    at += 2
    if (count > 0) {
      const pixels = Math.max(0, Math.min(count, width - x))
      for (let i = 0; i < pixels; i++) put(four ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte)
      x += pixels
    } else if (byte === 0) {
      filled = Math.ceil(filled / width) * width
      x = 0
    } else if (byte === 1) {
      break
    } else if (byte === 2) {
      if (at + 1 >= bytes.length) break
      filled = Math.min(out.length, filled + (bytes[at] as number) + (bytes[at + 1] as number) * width)
      at += 2
      x = filled % width
    } else {
      const pixels = Math.min(out.length - filled, byte)
      const length = four ? Math.ceil(pixels / 2) : pixels
      if (at + length > bytes.length) break
      for (let i = 0; i < pixels; i++) {
        const value = bytes[at + (four ? i >> 1 : i)] as number
        put(four ? (i % 2 === 0 ? value >> 4 : value & 15) : value)
      }
      x += byte
      at += length
      // Runs begin at even places of the file.
      at += at % 2
    }
  }
  if (filled < out.length) throw truncated()
  return out
}
