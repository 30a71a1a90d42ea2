import type { RgbImage } from '../rgb-image.ts'

/** Every byte through one function of bytes. */
export function mapBytes(image: RgbImage, map: (value: number) => number): RgbImage {
  const table = Uint8Array.from({ length: 256 }, (_, v) => map(v))
  const out = new Uint8Array(image.data.length)
  for (let i = 0; i < out.length; i++) out[i] = table[image.data[i] as number] as number
  return { ...image, data: out }
}

/** Keeps the upper bits: PIL's `ImageOps.posterize`. */
export function posterize(image: RgbImage, bits: number): RgbImage {
  const mask = (0xff << (8 - bits)) & 0xff
  return mapBytes(image, (v) => v & mask)
}

/** Inverts from a threshold on: PIL's `ImageOps.solarize`. */
export const solarize = (image: RgbImage, threshold: number): RgbImage =>
  mapBytes(image, (v) => (v < threshold ? v : 255 - v))

/** Stretches each channel to 0…255: PIL's `ImageOps.autocontrast` without a cutoff. */
export const autoContrast = (image: RgbImage): RgbImage =>
  mapChannels(image, (counts) => {
    const low = counts.findIndex((n) => n > 0)
    const high = counts.findLastIndex((n) => n > 0)
    if (high <= low) return undefined
    const scale = 255 / (high - low)
    const offset = -low * scale
    return (v) => Math.min(255, Math.max(0, Math.trunc(v * scale + offset)))
  })

/** Evens out each channel's histogram: PIL's `ImageOps.equalize`. */
export const equalize = (image: RgbImage): RgbImage =>
  mapChannels(image, (counts) => {
    const highest = counts[counts.findLastIndex((n) => n > 0)] ?? 0
    const step = Math.floor((image.width * image.height - highest) / 255)
    if (step === 0) return undefined
    let sum = Math.floor(step / 2)
    const below = Array.from(counts, (n) => {
      const before = sum
      sum += n
      return Math.min(255, Math.floor(before / step))
    })
    return (v) => below[v] as number
  })

/** Each channel through a table made from its histogram; as it is where there is none. */
function mapChannels(
  image: RgbImage,
  tableOf: (counts: Uint32Array) => ((value: number) => number) | undefined,
): RgbImage {
  const { data } = image
  const out = Uint8Array.from(data)
  for (let c = 0; c < 3; c++) {
    const counts = new Uint32Array(256)
    for (let i = c; i < data.length; i += 3) counts[data[i] as number] = (counts[data[i] as number] ?? 0) + 1
    const map = tableOf(counts)
    if (map === undefined) continue
    const table = Uint8Array.from({ length: 256 }, (_, v) => map(v))
    for (let i = c; i < data.length; i += 3) out[i] = table[data[i] as number] as number
  }
  return { ...image, data: out }
}
