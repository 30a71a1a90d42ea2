/** 256 colours as interleaved RGB bytes. */
export type Palette = Uint8Array

/**
 * A palette of the given colours. An index beyond them is black, or where every colour is the gray of its own index (or
 * there is none), gray as well, as in Pillow.
 * @param colours entries of `stride` bytes, red first, or blue first where `blueFirst`
 */
export function paletteOf(colours: Uint8Array, stride: 3 | 4, blueFirst: boolean): Palette {
  const grays = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3))
  const palette = new Uint8Array(256 * 3)
  const count = Math.min(256, Math.floor(colours.length / stride))
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = colours[i * stride + (blueFirst ? 2 - c : c)] as number
  }
  const isGray = palette.subarray(0, count * 3).every((value, i) => value === grays[i])
  return isGray ? grays : palette
}

/** Looks each index up: RGB, three bytes for one. */
export function throughPalette(indices: Uint8Array, palette: Palette): Uint8Array {
  const out = new Uint8Array(indices.length * 3)
  for (let i = 0, o = 0; i < indices.length; i++) {
    const at = (indices[i] as number) * 3
    out[o++] = palette[at] as number
    out[o++] = palette[at + 1] as number
    out[o++] = palette[at + 2] as number
  }
  return out
}
