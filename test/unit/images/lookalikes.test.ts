import { expect, it } from 'vitest'
import { fingerprintBytes, fingerprintOf } from '../../../src/images/fingerprint.ts'
import { lookalikeSets } from '../../../src/images/lookalikes.ts'
import { resize } from '../../../src/images/resize.ts'
import type { RgbImage } from '../../../src/images/rgb-image.ts'
import { CounterRng } from '../../../src/std/counter-rng.ts'
import { sha256 } from '../../../src/std/hash.ts'

/** Blobs on a ground: an image with structure at the scale of a fingerprint. */
function scene(seed: number, width = 160, height = 120): RgbImage {
  const rng = new CounterRng(seed, 1)
  const blobs = Array.from({ length: 8 }, () => ({
    x: rng.uniform(0, width),
    y: rng.uniform(0, height),
    r: rng.uniform(10, 40),
    color: [rng.below(256), rng.below(256), rng.below(256)],
  }))
  const data = new Uint8Array(width * height * 3).fill(230)
  for (const { x, y, r, color } of blobs)
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++) if ((u - x) ** 2 + (v - y) ** 2 < r * r) data.set(color, (v * width + u) * 3)
  return { width, height, data }
}
const changed = (image: RgbImage, change: (v: number, i: number) => number): RgbImage => ({
  ...image,
  data: Uint8Array.from(image.data, (v, i) => Math.min(255, Math.max(0, change(v, i)))),
})
const setsOf = (images: readonly RgbImage[], contents = images.map((_, i) => sha256(`${i}`))) => {
  const bytes = new Uint8Array(images.length * fingerprintBytes)
  for (const [i, image] of images.entries()) bytes.set(fingerprintOf(image), i * fingerprintBytes)
  return [...lookalikeSets(contents, bytes)]
}

it('another size, noise and brightness make a nearly equal image; another scene is another', () => {
  const one = scene(1)
  const images = [
    scene(2),
    one,
    resize(one, 80, 60, 3),
    changed(one, (v, i) => v + ((i * 7919) % 9) - 4),
    changed(one, (v) => v - 12),
    scene(3),
  ]
  expect(setsOf(images)).toEqual([-1, 0, 0, 0, 0, -1])
})

it('a mirrored image, and another colour, are others', () => {
  const one = scene(1)
  const mirrored = { ...one, data: one.data.slice() }
  for (let y = 0; y < one.height; y++)
    for (let x = 0; x < one.width; x++)
      for (let c = 0; c < 3; c++)
        mirrored.data[(y * one.width + x) * 3 + c] = one.data[(y * one.width + one.width - 1 - x) * 3 + c] as number
  const recoloured = {
    ...one,
    data: Uint8Array.from(one.data, (_, i) => one.data[i - (i % 3) + ((i + 1) % 3)] as number),
  }
  expect(setsOf([one, mirrored, recoloured])).toEqual([-1, -1, -1])
})

it('equal content makes a set whatever it shows; blank images are alike only then', () => {
  const blank = (value: number): RgbImage => ({ width: 20, height: 20, data: new Uint8Array(1200).fill(value) })
  const images = [scene(1), blank(255), blank(254), blank(255), scene(2), scene(1)]
  const contents = ['a', 'white', 'gray', 'white', 'b', 'other bytes'].map((text) => sha256(text))
  expect(setsOf(images, contents)).toEqual([0, 1, -1, 1, -1, 0])
})

it('sets are numbered by their first images, and found whatever the order', () => {
  const images = Array.from({ length: 60 }, (_, i) => scene(i % 40))
  const sets = setsOf(images)
  expect(sets.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(sets.slice(20, 40)).toEqual(Array.from({ length: 20 }, () => -1))
  expect(sets.slice(40)).toEqual(sets.slice(0, 20))
  const reversed = setsOf(images.toReversed()).toReversed()
  expect(reversed.map((set) => set >= 0)).toEqual(sets.map((set) => set >= 0))
})
