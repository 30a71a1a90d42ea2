import type { RgbImage } from '../rgb-image.ts'

/** Where an output pixel's centre (x, y) comes from: (a·x + b·y + c, d·x + e·y + f). */
type Matrix = readonly [number, number, number, number, number, number]

/** Counter-clockwise about the centre, as PIL's `Image.rotate` with bilinear sampling; corners become black. */
export function rotate(image: RgbImage, degrees: number): RgbImage {
  const [x, y] = [image.width / 2, image.height / 2]
  const angle = -((((degrees % 360) + 360) % 360) * (Math.PI / 180))
  const [cos, sin] = [rounded(Math.cos(angle)), rounded(Math.sin(angle))]
  return affine(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y])
}

/** PIL rounds to 15 decimals, so that right angles are exact. */
const rounded = (x: number) => Number(x.toFixed(15))

/**
 * Shears along x or y about the top left corner, by a tangent, as torchvision's RandAugment, which goes through degrees;
 * bilinear. Positive samples further right in lower rows, or further down in columns to the right.
 */
export function shear(image: RgbImage, x: number, y: number): RgbImage {
  const [angleX, angleY] = [angleOf(x), angleOf(y)]
  return affine(image, [1, Math.tan(angleX), 0, Math.sin(angleY) / Math.cos(angleY), 1, 0])
}

const angleOf = (tangent: number) => Math.atan(tangent) * (180 / Math.PI) * (Math.PI / 180)

/** Moves by whole pixels to the right and down; what comes free becomes black. */
export const translate = (image: RgbImage, right: number, down: number): RgbImage =>
  affine(image, [1, 0, -right, 0, 1, -down])

/** PIL's `Image.transform` with AFFINE and BILINEAR (`src/libImaging/Geometry.c`): sums in double, cut to bytes. */
function affine({ width, height, data }: RgbImage, [a, b, c, d, e, f]: Matrix): RgbImage {
  const out = new Uint8Array(width * height * 3)
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += 3) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f
      if (!(fromX >= 0 && fromX < width && fromY >= 0 && fromY < height)) continue
      const left = Math.floor(fromX - 0.5)
      const top = Math.floor(fromY - 0.5)
      const dx = fromX - 0.5 - left
      const dy = fromY - 0.5 - top
      const x0 = Math.max(left, 0) * 3
      const x1 = Math.min(left + 1, width - 1) * 3
      const row0 = Math.max(top, 0) * width * 3
      const row1 = Math.min(top + 1, height - 1) * width * 3
      for (let k = 0; k < 3; k++) {
        const p = data[row0 + x0 + k] as number
        const q = data[row1 + x0 + k] as number
        const upper = p + ((data[row0 + x1 + k] as number) - p) * dx
        const lower = q + ((data[row1 + x1 + k] as number) - q) * dx
        out[o + k] = upper + (lower - upper) * dy
      }
    }
  }
  return { width, height, data: out }
}
