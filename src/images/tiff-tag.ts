/** The first value of a tag in the first directory of a TIFF (6.0, section 2) or of an EXIF block, if it is a SHORT. */
export function tiffTag(tiff: Uint8Array, tag: number): number | undefined {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length)
  try {
    const little = view.getUint8(0) === 0x49
    const start = view.getUint32(4, little)
    const entries = view.getUint16(start, little)
    for (let i = 0; i < entries; i++) {
      const entry = start + 2 + i * 12
      if (view.getUint16(entry, little) === tag) return view.getUint16(entry + 8, little)
    }
  } catch {
    // A directory that leaves the file states nothing.
  }
  return undefined
}
