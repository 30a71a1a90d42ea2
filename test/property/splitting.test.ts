import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Example } from '../../src/artifacts/dataset.ts'
import { leaksBetween } from '../../src/artifacts/leaks.ts'
import { SplitManifest, splitManifestOf } from '../../src/artifacts/split-manifest.ts'
import { readSplitTable } from '../../src/images/split-table.ts'
import { splitByHash } from '../../src/splitting/by-hash.ts'
import { deal, type Parts } from '../../src/splitting/deal.ts'
import { foldOf } from '../../src/splitting/fold.ts'
import { unitsOf } from '../../src/splitting/units.ts'
import { sha256 } from '../../src/std/hash.ts'

/** Images of up to four classes, of which some are equal, nearly equal, or of one group. */
const examples = fc
  .array(
    fc.record({
      label: fc.nat(3),
      content: fc.option(fc.nat(8)),
      lookalikes: fc.option(fc.nat(5)),
      group: fc.option(fc.nat(6)),
    }),
    { minLength: 1, maxLength: 100 },
  )
  .map((all) =>
    all.map(
      ({ label, content, lookalikes, group }, i): Example => ({
        file: `${label}/${i}.jpg`,
        sha256: sha256(content === null ? `own ${i}` : `shared ${content}`),
        label,
        ...(lookalikes === null ? {} : { lookalikes }),
        ...(group === null ? {} : { group: `g${group}` }),
      }),
    ),
  )
const shares = fc.constantFrom<Record<string, number>>(
  { train: 0.64, validation: 0.16, test: 0.2 },
  { train: 0.5, test: 0.5 },
  { train: 0.9, validation: 0.1 },
)
const seeds = fc.nat(1000)
const together = { lookalikes: true }
const apart = { lookalikes: false }

const splits: Record<string, (all: readonly Example[], fractions: Record<string, number>, seed: number) => Parts> = {
  stratified: (all, fractions, seed) => deal(unitsOf(all, together), fractions, seed),
  random: (all, fractions, seed) => splitByHash(unitsOf(all, together), fractions, seed),
  kfold: (all, _, seed) => foldOf(unitsOf(all, together), 4, seed % 4, seed),
}
const partsOf = (parts: Parts) =>
  new Map(Object.entries(parts).flatMap(([part, members]) => members.map(({ file }) => [file, part] as const)))
const files = (all: readonly Example[]) => all.map(({ file }) => file).sort()

it.each(Object.keys(splits))(
  '%s puts each image in one part, lookalikes and groups in the same, in any order',
  (name) => {
    const split = splits[name] as (typeof splits)[string]
    fc.assert(
      fc.property(examples, shares, seeds, (all, fractions, seed) => {
        const parts = split(all, fractions, seed)
        expect(files(Object.values(parts).flat())).toEqual(files(all))
        expect(leaksBetween(parts)).toEqual([])
        const partOf = partsOf(parts)
        for (const { group, file } of all)
          if (group !== undefined)
            for (const other of all) if (other.group === group) expect(partOf.get(other.file)).toBe(partOf.get(file))
        expect(partsOf(split(all.toReversed(), fractions, seed))).toEqual(partOf)
      }),
    )
  },
)

it('random: whatever images come or go, none changes its part', () => {
  fc.assert(
    fc.property(examples, shares, seeds, fc.func(fc.boolean()), (all, fractions, seed, stays) => {
      const own = all.map(({ lookalikes, ...example }) => example)
      const before = partsOf(splitByHash(unitsOf(own, apart), fractions, seed))
      // A group is known by its name alone, which is the smallest of the bonds of its images.
      const after = splitByHash(
        unitsOf(
          own.filter(({ file }) => stays(file)),
          apart,
        ),
        fractions,
        seed,
      )
      for (const [file, part] of partsOf(after)) expect(part).toBe(before.get(file))
    }),
  )
})

it('random: parts come to their shares on average', () => {
  const all = Array.from({ length: 20_000 }, (_, i): Example => ({ file: `${i}`, sha256: sha256(`${i}`), label: 0 }))
  const parts = splitByHash(unitsOf(all, apart), { train: 0.64, validation: 0.16, test: 0.2 }, 42)
  // Five standard deviations of a binomial.
  expect(Math.abs((parts.test?.length ?? 0) - 4000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.2 * 0.8))
  expect(Math.abs((parts.validation?.length ?? 0) - 3200)).toBeLessThan(5 * Math.sqrt(20_000 * 0.16 * 0.84))
})

it('stratified, by the manifest of an earlier split: no image changes its part, and shares hold where they can', () => {
  fc.assert(
    fc.property(examples, shares, seeds, fc.func(fc.boolean()), (all, fractions, seed, isOld) => {
      const alone = all.map(({ group, lookalikes, ...example }) => example)
      const old = alone.filter(({ file }) => isOld(file))
      const before = partsOf(deal(unitsOf(old, apart), fractions, seed))
      const after = deal(unitsOf(alone, apart), fractions, seed + 1, before)
      const now = partsOf(after)
      for (const [file, part] of before) expect(now.get(file)).toBe(part)
      expect(files(Object.values(after).flat())).toEqual(files(all))
      for (const label of new Set(all.map((example) => example.label))) {
        const [n, kept] = [alone, old].map((some) => some.filter((example) => example.label === label).length)
        // Images that were there fill at most their part's share rounded up, so new ones can level the rest.
        for (const [part, share] of Object.entries(fractions)) {
          const count = after[part]?.filter((example) => example.label === label).length ?? 0
          expect(Math.abs(count - (n ?? 0) * share)).toBeLessThan(2 + (kept === 0 ? 0 : 1))
        }
      }
    }),
  )
})

it('kfold validates each image once over its folds, folds of a class within one image of each other', () => {
  fc.assert(
    fc.property(examples, fc.integer({ min: 2, max: 7 }), seeds, (all, folds, seed) => {
      const units = all.map((example) => [example])
      const made = Array.from({ length: folds }, (_, fold) => foldOf(units, folds, fold, seed))
      expect(files(made.flatMap(({ validation }) => validation ?? []))).toEqual(files(all))
      for (const { train, validation } of made)
        expect(files([...(train ?? []), ...(validation ?? [])])).toEqual(files(all))
      for (const label of new Set(all.map((example) => example.label))) {
        const counts = made.map(({ validation }) => (validation ?? []).filter((e) => e.label === label).length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }
    }),
  )
})

it('groups come close to the shares: each part within the largest group of its own', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 8, maxLength: 40 }),
      shares,
      seeds,
      (sizes, fractions, seed) => {
        const all = sizes.flatMap((size, group) =>
          Array.from({ length: size }, (_, i): Example => {
            const file = `${group}/${i}.jpg`
            return { file, sha256: sha256(file), label: 0, group: `${group}` }
          }),
        )
        const parts = deal(unitsOf(all, apart), fractions, seed)
        for (const [part, share] of Object.entries(fractions))
          expect(Math.abs((parts[part]?.length ?? 0) - share * all.length)).toBeLessThanOrEqual(Math.max(...sizes))
      },
    ),
  )
})

it('a manifest reads back as what it says, whatever the names', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => /^[^/\\]+$/.test(text))
  const odd = fc.constantFrom('=1+1', '"', 'a,b', 'new\nline', 'cr\r', "it's", '-x', '__proto__', '\ttab')
  const oneName = fc.oneof(name, odd).map((text) => `x${text}x.jpg`)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(oneName, { minLength: 1, maxLength: 12 }), async (names) => {
      const dir = mkdtempSync(join(tmpdir(), 'xp-manifest-'))
      const members = names.map((file): Example => ({ file, sha256: '', label: 0 }))
      const parts = { train: members.slice(1), test: members.slice(0, 1) }
      const rows = splitManifestOf({ classes: ['=shoe, "left"'], source: '', parts })
      await SplitManifest.write(dir, rows)
      expect((await SplitManifest.read(dir)).map((row) => ({ ...row }))).toEqual(rows)
      const read = await readSplitTable(join(dir, 'split.csv'))
      expect(new Map(read)).toEqual(partsOf(parts))
    }),
    { numRuns: 60 },
  )
})

it('a manifest that says twice where an image is, or nothing, is refused with the line', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'xp-manifest-'))
  writeFileSync(join(dir, 'split.csv'), 'file,part\na.jpg,train\nb.jpg,val\na.jpg,test\n')
  await expect(readSplitTable(join(dir, 'split.csv'))).rejects.toMatchObject({
    code: 'XP_TABLE_ROWS',
    message: expect.stringContaining('line 4: "a.jpg" is in a part already'),
  })
  await expect(readSplitTable(join(dir, 'other.csv'))).rejects.toMatchObject({ code: 'XP_MISSING_TABLE' })
  await expect(readSplitTable(join(dir, 'split.txt'))).rejects.toMatchObject({ code: 'XP_TABLE_FORMAT' })
})
