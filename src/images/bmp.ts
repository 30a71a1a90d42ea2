import { readBmpHeader } from './bmp-header.ts'
import { bmpRunLengths } from './bmp-rle.ts'
import { throughPalette } from './palette.ts'
import type { RgbImage } from './rgb-image.ts'
import { truncated } from './undecodable.ts'

/**
 * A Windows or OS/2 bitmap of 1, 4, 8, 16, 24 or 32 bits, plain, run-length coded or with bit masks, as Pillow converts
 * it to RGB: alpha is dropped.
 * @throws UndecodableImage when it is cut, broken or of another kind
 */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  const header = readBmpHeader(bytes)
  const { width, height, bits, topDown, runLengths, palette, channels } = header
  const rowBytes = Math.ceil((width * bits) / 8)
  const stride = ((width * bits + 31) >> 5) * 4
  const pixels = bytes.subarray(header.offset)
  const runs = runLengths ? bmpRunLengths(bytes, header.offset, { width, height, four: bits === 4 }) : undefined
  if (runs === undefined && pixels.length < stride * (height - 1) + rowBytes) throw truncated()
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const target = (topDown ? y : height - 1 - y) * width * 3
    if (bits <= 8) {
      const row = runs?.subarray(y * width, (y + 1) * width) ?? indicesOf(pixels, y * stride, width, bits)
      data.set(throughPalette(row, palette), target)
      continue
    }
    const step = bits / 8
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * step
      const out = target + x * 3
      if (bits > 16) {
        for (const [c, { shift }] of channels.entries()) data[out + c] = pixels[at + shift / 8] as number
        continue
      }
      const value = (pixels[at] as number) + (pixels[at + 1] as number) * 256
      for (const [c, { shift, max }] of channels.entries())
        data[out + c] = Math.floor((((value >> shift) & max) * 255) / max)
    }
  }
  return { width, height, data }
}

/** One row's indices of 1, 4 or 8 bits, the highest bits first. */
function indicesOf(pixels: Uint8Array, start: number, width: number, bits: number): Uint8Array {
  if (bits === 8) return pixels.subarray(start, start + width)
  const perByte = 8 / bits
  return Uint8Array.from({ length: width }, (_, x) => {
    const byte = pixels[start + Math.floor(x / perByte)] as number
    return (byte >> (8 - bits * ((x % perByte) + 1))) & ((1 << bits) - 1)
  })
}
