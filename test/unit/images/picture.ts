import type { RgbImage } from '../../../src/images/rgb-image.ts'

/** Integer noise with hard edges, the same as `picture` in test/goldens/make_images.py. */
export function picture(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3)
  let i = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const noise = (x * 7919 + y * 104729 + c * 1299709 + x * y * 31) % 256
        const edge = (Math.floor(x / 5) + Math.floor(y / 3) + c) % 3 === 0
        data[i++] = edge ? 255 : (x + 2 * y) % 11 < 3 ? 0 : noise
      }
    }
  }
  return { width, height, data }
}
