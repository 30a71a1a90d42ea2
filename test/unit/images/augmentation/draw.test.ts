import { describe, expect, it } from 'vitest'
import type { Augmentation } from '../../../../src/artifacts/processed-images.ts'
import { type DrawKey, drawnCrop, drawnErasing, drawnOperations } from '../../../../src/images/augmentation/draw.ts'
import type { Operation } from '../../../../src/images/augmentation/operation.ts'

const size = { width: 224, height: 160 }
const keys = (epoch: number, n = 4000): DrawKey[] =>
  Array.from({ length: n }, (_, index) => ({ seed: 7, epoch, index }))
const off: Augmentation = { horizontalFlip: 0 }
const draws = (spec: Partial<Augmentation>, epoch = 0) =>
  keys(epoch).map((key) => drawnOperations({ ...off, ...spec }, key, size))
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
const share = (of: readonly (readonly Operation[])[], kind: Operation['kind']) =>
  of.filter((operations) => operations.some((o) => o.kind === kind)).length / of.length

it('it does nothing where nothing is asked for', () => {
  expect(draws({}).flat()).toEqual([])
  expect(drawnCrop(off, { seed: 1, epoch: 0, index: 0 }, size)).toBe(undefined)
  expect(drawnErasing(off, { seed: 1, epoch: 0, index: 0 }, size)).toBe(undefined)
})

it('it is a function of seed, epoch and index, and moves with each', () => {
  const spec = { ...off, rotation: 30 }
  const key = { seed: 1, epoch: 2, index: 3 }
  const drawn = drawnOperations(spec, key, size)
  expect(drawnOperations(spec, key, size)).toEqual(drawn)
  for (const other of [{ seed: 2 }, { epoch: 3 }, { index: 4 }])
    expect(drawnOperations(spec, { ...key, ...other }, size)).not.toEqual(drawn)
})

it('it draws each kind alike whatever else is on', () => {
  const alone = draws({ rotation: 30 }).flat()
  const among = draws({ rotation: 30, horizontalFlip: 0.5, verticalFlip: 0.5, trivialAugment: true })
  expect(among.map((operations) => operations.filter((o) => o.kind === 'rotate')[0])).toEqual(alone)
})

it('it applies changes in the documented order', () => {
  const all = {
    horizontalFlip: 1,
    verticalFlip: 1,
    rotation: 10,
    colorJitter: { brightness: 1, contrast: 0, saturation: 0, hue: 0 },
  }
  for (const operations of draws(all).slice(0, 50))
    expect(operations.map((o) => o.kind)).toEqual(['horizontal-flip', 'vertical-flip', 'rotate', 'brightness'])
})

describe('distributions', () => {
  it('it flips at the rates asked for, each by draws of its own', () => {
    const of = draws({ horizontalFlip: 0.5, verticalFlip: 0.25 })
    expect(share(of, 'horizontal-flip')).toBeCloseTo(0.5, 1)
    expect(share(of, 'vertical-flip')).toBeCloseTo(0.25, 1)
    expect(of.filter((o) => o.length === 2).length / of.length).toBeCloseTo(0.125, 1)
  })

  it('it rotates evenly to either side', () => {
    const degrees = draws({ rotation: 15 }).flatMap((o) => o.map((r) => (r.kind === 'rotate' ? r.degrees : Number.NaN)))
    expect(Math.min(...degrees)).toBeLessThan(-14.9)
    expect(Math.max(...degrees)).toBeGreaterThan(14.9)
    expect(Math.max(...degrees.map(Math.abs))).toBeLessThanOrEqual(15)
    expect(Math.abs(mean(degrees))).toBeLessThan(0.5)
  })

  it('it jitters colours within their ranges, in every order', () => {
    const of = draws({ colorJitter: { brightness: 0.4, contrast: 1.5, saturation: 0.2, hue: 0.1 } })
    const values = (kind: string) =>
      of.flat().flatMap((o) => (o.kind === kind ? [o.kind === 'hue' ? o.shift : (o as { factor: number }).factor] : []))
    const within = (kind: string, low: number, high: number) => {
      const all = values(kind)
      expect(all).toHaveLength(4000)
      expect([Math.min(...all), Math.max(...all)].map((x) => Math.round(x * 50) / 50)).toEqual([low, high])
    }
    within('brightness', 0.6, 1.4)
    within('contrast', 0, 2.5)
    within('saturation', 0.8, 1.2)
    within('hue', -0.1, 0.1)
    expect(new Set(of.map((o) => o.map((x) => x.kind).join())).size).toBe(24)
  })

  it('it takes so many of the 14 changes of RandAugment, each as often, to either side', () => {
    const of = draws({ randAugment: { ops: 2, magnitude: 9 } })
    const counts = new Map<string, number>()
    for (const { kind } of of.flat()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    expect(counts.size).toBe(13)
    for (const n of counts.values()) expect(n / 8000).toBeCloseTo(1 / 14, 1.5)
    const degrees = new Set(of.flat().flatMap((o) => (o.kind === 'rotate' ? [o.degrees] : [])))
    expect(degrees).toEqual(new Set([9, -9]))
    expect(new Set(of.flat().flatMap((o) => (o.kind === 'translate-y' ? [Math.abs(o.pixels)] : [])))).toEqual(
      new Set([21]),
    )
  })

  it('it takes one change of TrivialAugment at every strength', () => {
    const of = draws({ trivialAugment: true })
    expect(Math.max(...of.map((o) => o.length))).toBe(1)
    const factors = of.flat().flatMap((o) => (o.kind === 'contrast' ? [o.factor] : []))
    expect(new Set(factors).size).toBeGreaterThan(50)
    expect(of.filter((o) => o.length === 0).length / of.length).toBeCloseTo(1 / 14, 1.5)
  })

  it('it crops parts of the shares and ratios asked for, anywhere in the image', () => {
    const spec = { ...off, randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } }
    const boxes = keys(0).map((key) => drawnCrop(spec, key, size))
    const areas: number[] = []
    for (const box of boxes) {
      if (box === undefined) throw new Error('no box')
      areas.push((box.width * box.height) / (224 * 160))
      expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0)
      expect(box.left + box.width).toBeLessThanOrEqual(224)
      expect(box.top + box.height).toBeLessThanOrEqual(160)
      expect(box.width / box.height).toBeGreaterThan(0.72)
      expect(box.width / box.height).toBeLessThan(1.37)
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.075)
    expect(Math.min(...areas)).toBeLessThan(0.1)
    expect(Math.max(...areas)).toBeGreaterThan(0.85)
  })

  it('it falls back on the middle where no part fits', () => {
    const spec = { ...off, randomResizedCrop: { scale: [1, 1], ratio: [3 / 4, 4 / 3] } }
    const key = { seed: 1, epoch: 0, index: 0 }
    expect(drawnCrop(spec, key, { width: 400, height: 100 })).toEqual({ left: 133, top: 0, width: 133, height: 100 })
    expect(drawnCrop(spec, key, { width: 100, height: 400 })).toEqual({ left: 0, top: 133, width: 100, height: 133 })
    expect(
      drawnCrop({ ...off, randomResizedCrop: { scale: [1, 1], ratio: [1, 1] } }, key, { width: 9, height: 9 }),
    ).toEqual({
      left: 0,
      top: 0,
      width: 9,
      height: 9,
    })
  })

  it('it erases rectangles within the image at the rate asked for', () => {
    const boxes = keys(3).flatMap((key) => drawnErasing({ ...off, randomErasing: 0.25 }, key, size) ?? [])
    expect(boxes.length / 4000).toBeCloseTo(0.25, 1)
    for (const box of boxes) {
      expect(box.left + box.width).toBeLessThanOrEqual(224)
      expect(box.top + box.height).toBeLessThanOrEqual(160)
      expect((box.width * box.height) / (224 * 160)).toBeGreaterThan(0.018)
      expect((box.width * box.height) / (224 * 160)).toBeLessThan(0.34)
    }
  })
})
