import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CounterRng, uniformAt } from '../../../src/std/counter-rng.ts'

it('it is a pure function of seed and counters', () => {
  expect(uniformAt(42, 3, 17)).toBe(uniformAt(42, 3, 17))
  expect([uniformAt(42, 0, 0), uniformAt(42, 0, 1), uniformAt(42, 1, 0), uniformAt(43, 0, 0)]).toMatchInlineSnapshot(`
    [
      0.45289618824608624,
      0.6880075663793832,
      0.017437204020097852,
      0.7986018259543926,
    ]
  `)
})

it('it stays in [0, 1) for every seed a config may hold', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (seed, at) => {
      const u = uniformAt(seed, at)
      return u >= 0 && u < 1
    }),
  )
})

it('it is spread evenly over sixteen bins and its neighbours are independent', () => {
  const n = 64_000
  const bins = new Array<number>(16).fill(0)
  let product = 0
  for (let i = 0; i < n; i++) {
    const u = uniformAt(7, 1, i)
    bins[Math.floor(u * 16)] = (bins[Math.floor(u * 16)] ?? 0) + 1
    product += (u - 0.5) * (uniformAt(7, 1, i + 1) - 0.5)
  }
  const chiSquare = bins.reduce((sum, seen) => sum + (seen - n / 16) ** 2 / (n / 16), 0)
  expect(chiSquare).toBeLessThan(45)
  expect(Math.abs(product / n) * 12).toBeLessThan(0.02)
})

it('it gives a stream whose draws are the counters 0, 1, 2', () => {
  const rng = new CounterRng(5, 9)
  expect([rng.uniform(), rng.uniform()]).toEqual([uniformAt(5, 9, 0), uniformAt(5, 9, 1)])
})

it('it fills masks with the draws of its stream', () => {
  const mask = new Float32Array(1000)
  const [masks, stream] = [new CounterRng(5, 9, 2), new CounterRng(5, 9, 2)]
  masks.fillMask(mask, 0.25, 1 / 0.75)
  const expected = Float32Array.from(mask, () => (stream.uniform() < 0.25 ? 0 : 1 / 0.75))
  expect(mask).toEqual(expected)
  expect(expected.filter((value) => value === 0).length).toBeGreaterThan(200)
  expect(masks.uniform()).toBe(stream.uniform())
})
