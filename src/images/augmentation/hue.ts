import type { RgbImage } from '../rgb-image.ts'

const { fround } = Math

/**
 * Turns the hue by a part of the circle, −0.5 to 0.5: torchvision's `adjust_hue` on a PIL image, through PIL's 8-bit HSV
 * (`src/libImaging/Convert.c`, float32 where it is there).
 */
export function shiftHue(image: RgbImage, shift: number): RgbImage {
  const turn = Math.trunc(shift * 255)
  const out = new Uint8Array(image.data.length)
  for (let i = 0; i < out.length; i += 3) shiftPixel(image.data, out, i, turn)
  return { ...image, data: out }
}

function shiftPixel(data: Uint8Array, out: Uint8Array, i: number, turn: number): void {
  const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number]
  const value = Math.max(r, g, b)
  const spread = value - Math.min(r, g, b)
  const saturation = spread === 0 ? 0 : Math.trunc(fround(spread / value) * 255)
  if (saturation === 0) {
    out[i] = out[i + 1] = out[i + 2] = value
    return
  }
  const part = (v: number) => fround((value - v) / spread)
  const sixths = fround(r === value ? part(b) - part(g) : g === value ? 2 + part(r) - part(b) : 4 + part(g) - part(r))
  const hue = (Math.trunc(fround((sixths / 6 + 1) % 1) * 255) + turn) & 0xff

  const sector = Math.floor((hue * 6) / 255)
  const rest = fround((hue * 6) / 255 - sector)
  const s = fround(saturation / 255)
  const low = rounded(value * (1 - s))
  const falling = rounded(value * (1 - fround(s * rest)))
  const rising = rounded(value * (1 - s * (1 - rest)))
  const put = (red: number, green: number, blue: number) => {
    out[i] = red
    out[i + 1] = green
    out[i + 2] = blue
  }
  if (sector === 1) put(falling, value, low)
  else if (sector === 2) put(low, value, rising)
  else if (sector === 3) put(low, falling, value)
  else if (sector === 4) put(rising, low, value)
  else if (sector === 5) put(value, low, falling)
  else put(value, rising, low)
}

const rounded = (x: number) => Math.floor(x + 0.5)
