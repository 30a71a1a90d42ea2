import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Inventory } from '../../../src/runner/cache-inventory.ts'
import { planRemoval } from '../../../src/runner/cache-removal.ts'
import type { Manifest } from '../../../src/runner/manifest.ts'
import { parseAge, parseSize } from '../../../src/std/quantities.ts'

const hour = 3600e3
const now = 1000 * hour

interface Fact {
  readonly key: string
  readonly ago: number
  readonly outputs: readonly string[]
}

function stored(results: readonly Fact[], objects: Readonly<Record<string, readonly [bytes: number, ago: number]>>) {
  const made: Inventory = {
    results: results.map(({ key, ago, outputs }) => ({
      manifest: {
        key,
        outputs: Object.fromEntries(outputs.map((digest, i) => [`o${i}`, { type: 't@1', digest, files: [] }])),
      } as unknown as Manifest,
      usedMs: now - ago * hour,
    })),
    objects: new Map(
      Object.entries(objects).map(([digest, [bytes, ago]]) => [digest, { digest, bytes, usedMs: now - ago * hour }]),
    ),
    folders: [],
    broken: [],
    leftOvers: [],
    liveSinceMs: undefined,
  }
  return made
}
const nothing = { keys: new Set<string>(), objects: new Set<string>() }
const keysOf = ({ results }: ReturnType<typeof planRemoval>) => results.map(({ manifest }) => manifest.key)

const three = () =>
  stored(
    [
      { key: 'old', ago: 30, outputs: ['a', 'shared'] },
      { key: 'middle', ago: 20, outputs: ['b'] },
      { key: 'new', ago: 10, outputs: ['c', 'shared'] },
    ],
    { a: [100, 30], b: [200, 20], c: [400, 10], shared: [50, 30], orphan: [7, 5], fresh: [9, 0.5] },
  )

it('without limits removes what belongs to nothing, unless it may be about to', () => {
  const removal = planRemoval(three(), nothing, {}, now)
  expect(removal).toMatchObject({ results: [], objects: [{ digest: 'orphan' }], freedBytes: 7, leftBytes: 759 })
})

it('removes what killed processes left, once it is old', () => {
  const folder = (name: string, ago: number) => ({ kind: 'scratch' as const, name, bytes: 3, usedMs: now - ago * hour })
  const inventory = {
    ...three(),
    leftOvers: [
      { path: '/x/.a.tmp', usedMs: now - 2 * hour },
      { path: '/x/.b.tmp', usedMs: now - 0.5 * hour },
    ],
    // The result of `old` is there; what makes `unfinished` may go on.
    folders: [folder('old', 2), folder('middle', 0.5), folder('unfinished', 20)],
  }
  const removal = planRemoval(inventory, { ...nothing, keys: new Set(['old', 'middle', 'new']) }, {}, now)
  expect(removal.leftOvers).toEqual(['/x/.a.tmp'])
  expect(removal.folders.map(({ name }) => name)).toEqual(['old'])
})

it('removes the least recently used until the rest fits; what is shared stays', () => {
  const removal = planRemoval(three(), nothing, { maxBytes: 660 }, now)
  expect(keysOf(removal)).toEqual(['old'])
  expect(removal.objects.map(({ digest }) => digest)).toEqual(['orphan', 'a'])
  expect(removal.leftBytes).toBe(659)
  const all = planRemoval(three(), nothing, { maxBytes: 0 }, now)
  expect(keysOf(all)).toEqual(['old', 'middle', 'new'])
  expect(all.objects.map(({ digest }) => digest).sort()).toEqual(['a', 'b', 'c', 'orphan', 'shared'])
})

it('removes what was not used for long', () => {
  expect(keysOf(planRemoval(three(), nothing, { olderThanMs: 15 * hour }, now))).toEqual(['old', 'middle'])
})

it('keeps what a kept run names, its artifacts even where their result is gone', () => {
  const kept = { keys: new Set(['old']), objects: new Set(['a', 'b', 'shared']) }
  const removal = planRemoval(three(), kept, { maxBytes: 0 }, now)
  expect(keysOf(removal)).toEqual(['middle', 'new'])
  expect(removal.objects.map(({ digest }) => digest)).toEqual(['orphan', 'c'])
})

it('touches nothing that was used since a run under way began', () => {
  const inventory = { ...three(), liveSinceMs: now - 15 * hour }
  const removal = planRemoval(inventory, nothing, { maxBytes: 0 }, now)
  expect(keysOf(removal)).toEqual(['old', 'middle'])
  expect(removal.objects.map(({ digest }) => digest)).toEqual(['a', 'b'])
})

it('holds its promises for any store', () => {
  const digests = ['a', 'b', 'c', 'd', 'e']
  const facts = fc.array(
    fc.record({ ago: fc.integer({ min: 0, max: 50 }), outputs: fc.uniqueArray(fc.constantFrom(...digests)) }),
    { maxLength: 8 },
  )
  const sizes = fc.record(Object.fromEntries(digests.map((d) => [d, fc.tuple(fc.nat(1000), fc.nat(50))])))
  const limits = fc.record({ maxBytes: fc.nat(3000), olderThanMs: fc.nat(50 * hour) }, { requiredKeys: [] })
  fc.assert(
    fc.property(
      facts,
      sizes,
      limits,
      fc.option(fc.nat(50)),
      fc.subarray(['0', '1', '2']),
      (made, objects, limit, live, keys) => {
        const results = made.map((fact, i) => ({ ...fact, key: String(i) }))
        const keptObjects = results.filter(({ key }) => keys.includes(key)).flatMap(({ outputs }) => outputs)
        const inventory = {
          ...stored(results, objects as Record<string, [number, number]>),
          liveSinceMs: live === null ? undefined : now - live * hour,
        }
        const kept = { keys: new Set(keys), objects: new Set(keptObjects) }
        const removal = planRemoval(inventory, kept, limit, now)
        const removed = new Set(keysOf(removal))
        const gone = new Set(removal.objects.map(({ digest }) => digest))
        for (const key of keys) expect(removed.has(key)).toBe(false)
        for (const { key, outputs } of results)
          if (!removed.has(key)) for (const digest of outputs) expect(gone.has(digest), `${key} ${digest}`).toBe(false)
        if (live !== null) for (const { key, ago } of results) if (ago <= live) expect(removed.has(key)).toBe(false)
        expect(removal.freedBytes + removal.leftBytes).toBe(
          [...inventory.objects.values()].reduce((sum, { bytes }) => sum + bytes, 0),
        )
        const mayGo = results.filter(({ key, ago }) => !keys.includes(key) && (live === null || ago > live))
        if (limit.maxBytes !== undefined && removal.leftBytes > limit.maxBytes) expect(removed.size).toBe(mayGo.length)
      },
    ),
    { numRuns: 500 },
  )
})

it('reads sizes and ages', () => {
  expect([parseSize('20GB'), parseSize('1.5 MiB'), parseSize('7'), parseSize('much')]).toEqual([
    20e9,
    1.5 * 2 ** 20,
    7,
    undefined,
  ])
  expect([parseAge('30d'), parseAge('12h'), parseAge('10m'), parseAge('30')]).toEqual([
    30 * 24 * hour,
    12 * hour,
    600e3,
    undefined,
  ])
})
