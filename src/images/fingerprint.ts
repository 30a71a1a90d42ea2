import { resize } from './resize.ts'
import type { RgbImage } from './rgb-image.ts'

/** Pixels on a side of a fingerprint. */
export const fingerprintSide = 16
export const fingerprintBytes = fingerprintSide * fingerprintSide * 3

const box = 4

/** A perceptual hash that two images can be compared by, however large each is: 16 × 16 RGB, means of areas. */
export const fingerprintOf = (image: RgbImage): Uint8Array => resize(image, fingerprintSide, fingerprintSide, box).data
