import { type Palette, paletteOf } from './palette.ts'
import { needSaneSize, truncated, UndecodableImage } from './undecodable.ts'

/** Where a colour's bits are in a pixel, and the largest value they hold. */
interface Channel {
  readonly shift: number
  readonly max: number
}

export interface BmpHeader {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly topDown: boolean
  readonly runLengths: boolean
  /** For 8 bits and fewer. */
  readonly palette: Palette
  /** Red, green, blue, for more than 8 bits. */
  readonly channels: readonly Channel[]
  /** Of the first stored row. */
  readonly offset: number
}

const infoHeaders = [40, 52, 56, 64, 108, 124]
const [plain, rle8, rle4, masks] = [0, 1, 2, 3]

const fifteen = [0x7c00, 0x3e0, 0x1f]
const bytesBgr = [0xff0000, 0xff00, 0xff]

/** Reads BITMAPFILEHEADER and the header after it, of OS/2 or Windows up to version 5. @throws UndecodableImage */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 18) throw truncated()
  const size = view.getUint32(14, true)
  if (size !== 12 && !infoHeaders.includes(size))
    throw new UndecodableImage(`it has a BMP header of unknown length ${size}`)
  if (bytes.length < 14 + size) throw truncated()
  const short = (at: number) => view.getUint16(14 + at, true)
  const int = (at: number) => view.getUint32(14 + at, true)

  const core = size === 12
  const signedHeight = core ? short(6) : view.getInt32(14 + 8, true)
  const width = core ? short(4) : int(4)
  const height = Math.abs(signedHeight)
  const bits = short(core ? 10 : 14)
  const compression = core ? plain : int(16)
  needSaneSize(width, height)
  if (![1, 4, 8, 16, 24, 32].includes(bits))
    throw new UndecodableImage(`BMP files of ${bits} bits a pixel are not read`)
  const runLengths = compression === rle8 || compression === rle4
  if (compression !== plain && compression !== masks && !runLengths)
    throw new UndecodableImage(`BMP files of compression ${compression} are not read`)
  if (runLengths && bits !== (compression === rle8 ? 8 : 4))
    throw new UndecodableImage(`its header says ${bits} bits a pixel with the run lengths of another depth`)

  const masksInside = size >= 52
  const afterHeader = 14 + size + (compression === masks && !masksInside ? 12 : 0)
  if (bytes.length < afterHeader) throw truncated()
  const entry = core ? 3 : 4
  const colours = (core ? 0 : int(32)) || 1 << bits
  if (bits <= 8 && colours > 256) throw new UndecodableImage(`its palette has ${colours} colours`)
  const paletteBytes = bits <= 8 ? entry * colours : 0
  let offset = view.getUint32(10, true)
  if (offset === 0 || (offset === 14 + size && bits <= 8)) offset = afterHeader + paletteBytes
  const asGiven = compression === masks ? [int(40), int(44), int(48)] : []
  return {
    width,
    height,
    bits,
    topDown: signedHeight < 0,
    runLengths,
    palette: paletteIn(bytes.subarray(afterHeader, afterHeader + paletteBytes), entry, bits),
    channels: bits <= 8 ? [] : channelsOf(asGiven.some((mask) => mask !== 0) ? asGiven : undefined, bits),
    offset,
  }
}

function paletteIn(colours: Uint8Array, entry: 3 | 4, bits: number): Palette {
  const palette = paletteOf(colours, entry, true)
  // A single black entry of two means black and white to Pillow.
  if (bits === 1 && colours.length < 2 * entry && palette[0] === 0) palette.fill(255, 3, 6)
  return palette
}

function channelsOf(given: readonly number[] | undefined, bits: number): readonly Channel[] {
  const channels = (given ?? (bits === 16 ? fifteen : bytesBgr)).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { shift, max: mask >>> shift }
  })
  const known =
    bits === 16
      ? ['31,31,31', '31,63,31'].includes(channels.map(({ max }) => max).join())
      : channels.every(({ shift, max }) => max === 255 && shift % 8 === 0 && shift < bits)
  if (!known) throw new UndecodableImage('its BMP bit masks are of a kind that is not read')
  return channels
}
