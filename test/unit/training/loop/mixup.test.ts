import { expect, it } from 'vitest'
import { betaOf } from '../../../../src/std/beta.ts'
import { CounterRng } from '../../../../src/std/counter-rng.ts'
import { boxOf, cutMixed, mixed, mixedUp } from '../../../../src/training/loop/mixup.ts'

const image = { height: 2, width: 2, channels: 1 }
const batch = {
  size: 2,
  pixels: Float32Array.from([1, 2, 3, 4, 10, 20, 30, 40]),
  targets: Float32Array.from([0.5, 0, 0, 0.5]),
}

it('mixes pixels and targets with the opposite example by the same share', () => {
  const { pixels, targets } = mixedUp(batch, 0.75)
  expect([...pixels]).toEqual([3.25, 6.5, 9.75, 13, 7.75, 15.5, 23.25, 31])
  expect([...targets]).toEqual([0.375, 0.125, 0.125, 0.375])
})

it('leaves the middle example of an odd batch as it is', () => {
  const odd = { size: 3, pixels: Float32Array.from([1, 2, 3]), targets: Float32Array.from([1, 0, 0]) }
  expect([...mixedUp(odd, 0.5).pixels]).toEqual([2, 2, 2])
})

it('cuts a box out of the opposite example, and shares targets by area', () => {
  const { pixels, targets } = cutMixed(batch, image, { top: 1, bottom: 2, left: 0, right: 1 })
  expect([...pixels]).toEqual([1, 2, 30, 4, 10, 20, 3, 40])
  expect([...targets]).toEqual([0.375, 0.125, 0.125, 0.375])
})

it('leaves what it was given untouched', () => {
  const before = [...batch.pixels, ...batch.targets]
  mixed(batch, image, { mixup: 1, cutmix: 1 }, { seed: 1, step: 0, batch: 0 })
  expect([...batch.pixels, ...batch.targets]).toEqual(before)
})

it('draws a box inside the image whose area is the share at most', () => {
  const size = { height: 30, width: 20 }
  for (let i = 0; i < 200; i++) {
    const { top, bottom, left, right } = boxOf(new CounterRng(3, i), 0.5, size)
    expect(top).toBeGreaterThanOrEqual(0)
    expect(left).toBeGreaterThanOrEqual(0)
    expect(bottom).toBeLessThanOrEqual(size.height)
    expect(right).toBeLessThanOrEqual(size.width)
    expect((bottom - top) * (right - left)).toBeLessThanOrEqual(300)
  }
})

it('draws the same for the same place, and another for the next step, batch or seed', () => {
  const at = (seed: number, step: number, number: number) =>
    [...mixed(batch, image, { mixup: 0.8, cutmix: 0 }, { seed, step, batch: number }).targets].join()
  expect(at(1, 2, 3)).toBe(at(1, 2, 3))
  expect(new Set([at(1, 2, 3), at(1, 2, 4), at(1, 3, 3), at(2, 2, 3)]).size).toBe(4)
})

it('takes each of the two for about half of the batches when both are on', () => {
  const whole = { size: 2, pixels: Float32Array.from([0, 0, 0, 0, 1, 1, 1, 1]), targets: batch.targets }
  const blends = Array.from({ length: 400 }, (_, step) => {
    const { pixels } = mixed(whole, image, { mixup: 1, cutmix: 1 }, { seed: 0, step, batch: 0 })
    return pixels.some((value) => value !== 0 && value !== 1)
  })
  expect(Math.abs(blends.filter(Boolean).length - 200)).toBeLessThan(50)
})

for (const alpha of [0.2, 0.8, 1, 4]) {
  it(`it draws from Beta(${alpha}, ${alpha}): its mean and variance`, () => {
    const draws = Array.from({ length: 20_000 }, (_, i) => betaOf(new CounterRng(9, i), alpha))
    const mean = draws.reduce((a, b) => a + b) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015)
    expect(Math.abs(variance * 4 * (2 * alpha + 1) - 1)).toBeLessThan(0.05)
    expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true)
  })
}
