/** What a JPEG says of itself before its pixels. */
export interface JpegHeader {
  readonly width: number
  readonly height: number
  readonly components: number
  /** True where nothing but plain JFIF stands in the header: 8 bit, no Exif, no Adobe colour transform. */
  readonly plain: boolean
}

const exif = 0xe1
const adobe = 0xee

/** Reads the segments up to the first frame header (ITU-T T.81, annex B); undefined when there is none. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const at = (i: number) => bytes[i] ?? 0
  let plain = true
  for (let i = 2; i + 9 < bytes.length; ) {
    if (at(i) !== 0xff) return undefined
    const marker = at(i + 1)
    if (marker === 0xff) {
      i++
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) {
      plain &&= (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) && at(i + 4) === 8
      const size = { height: at(i + 5) * 256 + at(i + 6), width: at(i + 7) * 256 + at(i + 8) }
      return { ...size, components: at(i + 9), plain }
    }
    if (marker === exif || marker === adobe) plain = false
    i += 2 + at(i + 2) * 256 + at(i + 3)
  }
  return undefined
}
