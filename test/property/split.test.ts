import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Example } from '../../src/artifacts/dataset.ts'
import { apportion } from '../../src/splitting/apportion.ts'
import { deal } from '../../src/splitting/deal.ts'
import { sha256 } from '../../src/std/hash.ts'

const stratify = (all: readonly Example[], shares: Record<string, number>, seed: number) =>
  deal(
    all.map((example) => [example]),
    shares,
    seed,
  )

const fractions = fc
  .array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
  .map((weights) => weights.map((w) => w / weights.reduce((a, b) => a + b, 0)))

const examples = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 120 })
  .map((labels) =>
    labels.map((label, i): Example => ({ file: `${label}/${i}.jpg`, sha256: sha256(`${i % 90}`), label })),
  )

const named = (given: readonly number[]) => Object.fromEntries(given.map((f, i) => [`part${i}`, f]))
const files = (part: readonly Example[] | undefined) => (part ?? []).map((e) => e.file)

it('it shares out whole numbers that add up, each within one of its share', () => {
  fc.assert(
    fc.property(fc.nat(5000), fractions, (n, given) => {
      const counts = apportion(n, given)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(n)
      for (const [i, count] of counts.entries()) expect(Math.abs(count - n * (given[i] ?? 0))).toBeLessThan(1 + 1e-9)
    }),
  )
})

it('it puts each example into exactly one part, each class in proportion', () => {
  fc.assert(
    fc.property(examples, fractions, fc.nat(), (all, given, seed) => {
      const parts = stratify(all, named(given), seed)
      expect(Object.values(parts).flatMap(files).sort()).toEqual(files(all).sort())
      for (const label of new Set(all.map((e) => e.label))) {
        const n = all.filter((e) => e.label === label).length
        for (const [i, f] of given.entries()) {
          const count = parts[`part${i}`]?.filter((e) => e.label === label).length ?? 0
          expect(Math.abs(count - n * f)).toBeLessThan(1 + 1e-9)
        }
      }
    }),
  )
})

it('it is blind to the order of the files', () => {
  fc.assert(
    fc.property(
      examples.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
      ),
      fractions,
      ([all, shuffled], given) => {
        expect(stratify(shuffled, named(given), 7)).toEqual(stratify(all, named(given), 7))
      },
    ),
  )
})

it('it moves at most one other image per cut when an image is added', () => {
  fc.assert(
    fc.property(examples, fractions, fc.nat(), (all, given, seed) => {
      const before = stratify(all, named(given), seed)
      const after = stratify([...all, { file: '0/new.jpg', sha256: sha256('new'), label: 0 }], named(given), seed)
      let moved = 0
      for (const [part, members] of Object.entries(before)) {
        const now = new Set(files(after[part]))
        moved += files(members).filter((f) => !now.has(f)).length
      }
      expect(moved).toBeLessThanOrEqual(given.length - 1)
    }),
  )
})

it('it draws another split from another seed', () => {
  const all = Array.from({ length: 40 }, (_, i): Example => ({ file: `${i}`, sha256: sha256(`${i}`), label: 0 }))
  const half = { train: 0.5, test: 0.5 }
  expect(stratify(all, half, 1)).toEqual(stratify(all, half, 1))
  expect(stratify(all, half, 1)).not.toEqual(stratify(all, half, 2))
})
