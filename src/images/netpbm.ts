import type { RgbImage } from './rgb-image.ts'
import { needSaneSize, truncated, UndecodableImage } from './undecodable.ts'

const whitespace = ' \t\n\v\f\r'
/** Longest number that Pillow reads. */
const longestToken = 10

/**
 * PBM, PGM and PPM, plain and raw (P1 to P6 of the netpbm man pages), with comments, up to 16 bits a sample, as Pillow
 * reads them: samples are scaled from maxval to 255, rounding half to even. Gray of more than 8 bits keeps its high byte.
 * @throws UndecodableImage
 */
export function decodeNetpbm(bytes: Uint8Array): RgbImage {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const kind = Number(String.fromCharCode(text[1] ?? 0))
  let at = 2
  const token = (): number => {
    let digits = ''
    while (digits.length <= longestToken) {
      const char = at < text.length ? String.fromCharCode(text[at++] as number) : undefined
      if (char === undefined) break
      if (char === '#') while (at < text.length && !'\r\n'.includes(String.fromCharCode(text[at++] as number)));
      else if (!whitespace.includes(char)) digits += char
      else if (digits !== '') break
    }
    if (!/^\d+$/.test(digits) || digits.length > longestToken)
      throw new UndecodableImage(`its header holds ${JSON.stringify(digits)} for a number`)
    return Number(digits)
  }
  const [width, height] = [token(), token()]
  needSaneSize(width, height)
  const isBitmap = kind === 1 || kind === 4
  const maxval = isBitmap ? 1 : token()
  if (maxval < 1 || maxval > 65_535)
    throw new UndecodableImage(`its maxval is ${maxval}; it must be between 1 and 65535`)
  const channels = kind === 3 || kind === 6 ? 3 : 1
  const count = width * height * channels

  const samples = kind <= 3 ? plainSamples(text, at, count, kind) : rawSamples(text, at, { width, count, kind, maxval })
  const table = isBitmap ? [255, 0] : scale(maxval, channels === 1)
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < count; i++) {
    const sample = samples[i] as number
    if (sample > maxval && kind <= 3)
      throw new UndecodableImage(`it holds the sample ${sample}, above its maxval ${maxval}`)
    const value = table[Math.min(sample, maxval)] as number
    if (channels === 3) data[i] = value
    else data.fill(value, i * 3, i * 3 + 3)
  }
  return { width, height, data }
}

/** The 8-bit value of each sample up to maxval. */
function scale(maxval: number, gray: boolean): Uint8Array {
  const sixteen = gray && maxval > 255
  return Uint8Array.from({ length: maxval + 1 }, (_, sample) =>
    sixteen ? halfToEven((sample / maxval) * 65_535) >> 8 : halfToEven((sample / maxval) * 255),
  )
}

function halfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function rawSamples(
  bytes: Buffer,
  start: number,
  { width, count, kind, maxval }: { width: number; count: number; kind: number; maxval: number },
): ArrayLike<number> {
  const rowBytes = Math.ceil(width / 8)
  const wide = maxval > 255
  const length = kind === 4 ? rowBytes * (count / width) : wide ? count * 2 : count
  if (start + length > bytes.length) throw truncated()
  if (kind === 4) {
    const bits = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      const [x, y] = [i % width, Math.floor(i / width)]
      bits[i] = ((bytes[start + y * rowBytes + (x >> 3)] as number) >> (7 - (x & 7))) & 1
    }
    return bits
  }
  if (!wide) return bytes.subarray(start, start + length)
  const samples = new Uint16Array(count)
  for (let i = 0; i < count; i++) samples[i] = bytes.readUInt16BE(start + i * 2)
  return samples
}

function plainSamples(bytes: Buffer, start: number, count: number, kind: number): ArrayLike<number> {
  // Every sample takes a byte at least: a header cannot make more be allocated than the file is long.
  if (count > bytes.length - start) throw truncated()
  const body = bytes.toString('latin1', start).replaceAll(/#[^\r\n]*[\r\n]?/g, '')
  const samples = new Uint32Array(count)
  let found = 0
  for (const [word] of body.matchAll(kind === 1 ? /[^ \t\n\v\f\r]/g : /[^ \t\n\v\f\r]+/g)) {
    if (found === count) break
    if (!(kind === 1 ? /^[01]$/ : /^\d{1,10}$/).test(word))
      throw new UndecodableImage(`it holds ${JSON.stringify(word.slice(0, 20))} for a sample`)
    samples[found++] = Number(word)
  }
  if (found < count) throw truncated()
  return samples
}
