import { gifIndices } from './gif-lzw.ts'
import { paletteOf, throughPalette } from './palette.ts'
import type { RgbImage } from './rgb-image.ts'
import { needSaneSize, truncated, UndecodableImage } from './undecodable.ts'

/**
 * The first frame of a GIF (GIF89a specification) as Pillow converts it to RGB: transparent pixels keep the colour of
 * their index, and the canvas around a smaller frame has the transparent index, or index 0.
 * @throws UndecodableImage when it is cut or broken
 */
export function decodeGif(bytes: Uint8Array): RgbImage {
  const at = (i: number) => {
    if (i >= bytes.length) throw truncated()
    return bytes[i] as number
  }
  const short = (i: number) => at(i) + at(i + 1) * 256
  const colours = (i: number, flags: number) => bytes.subarray(i, i + (6 << (flags & 7)))
  /** Where the data sub-blocks from `i` on end. */
  const afterBlocks = (i: number): number => {
    let next = i
    while (at(next) !== 0) next += at(next) + 1
    return next + 1
  }

  let palette = paletteOf(new Uint8Array(0), 3, false)
  let transparent: number | undefined
  let i = 13
  if (at(10) & 128) {
    palette = paletteOf(colours(i, at(10)), 3, false)
    i += 6 << (at(10) & 7)
  }
  for (; at(i) !== 0x2c; ) {
    if (at(i) === 0x3b) throw new UndecodableImage('it holds no frame')
    if (at(i) !== 0x21) {
      i++
      continue
    }
    const isGraphicControl = at(i + 1) === 0xf9 && at(i + 2) >= 4
    if (isGraphicControl && at(i + 3) & 1) transparent = at(i + 6)
    i = afterBlocks(i + 2)
  }
  const [left, top, frameWidth, frameHeight] = [short(i + 1), short(i + 3), short(i + 5), short(i + 7)]
  const width = Math.max(short(6), left + frameWidth)
  const height = Math.max(short(8), top + frameHeight)
  needSaneSize(width, height)
  const flags = at(i + 9)
  i += 10
  if (flags & 128) {
    palette = paletteOf(colours(i, flags), 3, false)
    i += 6 << (flags & 7)
  }
  const canvas = new Uint8Array(width * height).fill(transparent ?? 0)
  const frame = gifIndices(bytes, i, frameWidth * frameHeight)
  const order = rowOrder(frameHeight, (flags & 64) !== 0)
  for (const [n, y] of order.entries()) {
    const row = frame.subarray(n * frameWidth, (n + 1) * frameWidth)
    canvas.set(row, (top + y) * width + left)
  }
  return { width, height, data: throughPalette(canvas, palette) }
}

/** The rows in the order they are stored. */
function rowOrder(height: number, interlaced: boolean): readonly number[] {
  const rows = (start: number, step: number) => {
    const found: number[] = []
    for (let y = start; y < height; y += step) found.push(y)
    return found
  }
  return interlaced ? [...rows(0, 8), ...rows(4, 8), ...rows(2, 4), ...rows(1, 2)] : rows(0, 1)
}
