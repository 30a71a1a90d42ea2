import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Dataset, Example } from '../../../src/artifacts/dataset.ts'
import { SplitManifest } from '../../../src/artifacts/split-manifest.ts'
import type { AnyStage } from '../../../src/registry/stage.ts'
import huggingface from '../../../src/stages/split/huggingface.ts'
import kfold from '../../../src/stages/split/kfold.ts'
import manifest from '../../../src/stages/split/manifest.ts'
import random from '../../../src/stages/split/random.ts'
import stratified from '../../../src/stages/split/stratified.ts'
import { sha256 } from '../../../src/std/hash.ts'

const image = (file: string, label: number, rest: Partial<Example> = {}): Example => ({
  file,
  sha256: sha256(file),
  label,
  ...rest,
})
const images = (perClass: number): readonly Example[] =>
  ['shoe', 'boot'].flatMap((name, label) =>
    Array.from({ length: perClass }, (_, i) => image(`${name}/${i}.jpg`, label)),
  )
const dataset = (all: readonly Example[]): Dataset => ({ classes: ['shoe', 'boot'], source: 'tree', parts: { all } })

async function split(stage: AnyStage, of: Dataset, params: object) {
  const warnings: string[] = []
  const ctx = {
    params: { leaks: 'warn', train: 0.5, validation: 0, test: 0.5, ...params },
    inputs: { dataset: of },
    sources: {},
    seed: 42,
    warn: (message: string) => void warnings.push(message),
    metric: () => undefined,
  }
  await stage.check?.({ ...ctx, foreseen: {} } as never)
  const made = (await stage.run(ctx as never)) as { dataset: Dataset; manifest: SplitManifest }
  return { ...made, warnings }
}
const sizes = ({ parts }: Dataset) =>
  Object.fromEntries(Object.entries(parts).map(([part, { length }]) => [part, length]))

it('lookalikes in two parts: a warning with their paths, an error, or one part for all of them', async () => {
  const pairs = Array.from({ length: 8 }, (_, i) => [
    image(`shoe/${i}.jpg`, 0, { lookalikes: i }),
    image(`shoe/${i} again.jpg`, 0, { lookalikes: i }),
  ]).flat()
  const of = dataset([...pairs, ...images(2).slice(2)])
  const { warnings } = await split(stratified, of, {})
  expect(warnings.join('\n')).toMatch(/sets? of equal or nearly equal images lies? in more than one part:/)
  expect(warnings.join('\n')).toMatch(/train: "shoe\/\d.*\.jpg", test: "shoe/)
  await expect(split(stratified, of, { leaks: 'fail' })).rejects.toMatchObject({ code: 'XP_LEAK', exit: 'data' })
  const whole = await split(stratified, of, { leaks: 'keepTogether' })
  expect(whole.warnings).toEqual([])
  expect(sizes(whole.dataset)).toEqual({ train: 9, test: 9 })
})

it('images of one group stay together in every split, and rows of Hugging Face refuse them', async () => {
  const all = images(12).map((example, i) => ({ ...example, group: `patient ${i % 6}` }))
  for (const stage of [stratified, random, kfold] as AnyStage[]) {
    const { dataset: made } = await split(stage, dataset(all), { folds: 2, fold: 0 })
    const where = new Map<string, Set<string>>()
    for (const [part, members] of Object.entries(made.parts))
      for (const { group = '' } of members) where.set(group, (where.get(group) ?? new Set()).add(part))
    expect([...where.values()].map((parts) => parts.size)).toEqual([1, 1, 1, 1, 1, 1])
  }
  await expect(split(huggingface, dataset(all), { test: 0.5, stratify: false })).rejects.toMatchObject({
    code: 'XP_SPLIT_GROUPS',
  })
  const together = { test: 0.5, stratify: false, leaks: 'keepTogether' }
  await expect(split(huggingface, dataset(images(4)), together)).rejects.toMatchObject({ code: 'XP_SPLIT_TOGETHER' })
})

async function saved(rows: SplitManifest): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'xp-split-'))
  await SplitManifest.write(dir, rows)
  return join(dir, 'split.csv')
}

it('a saved manifest makes the same split again, and says which images it lacks or has too many', async () => {
  const made = await split(stratified, dataset(images(8)), {})
  expect(made.manifest.slice(0, 2)).toEqual([
    { file: 'boot/0.jpg', label: 'boot', part: expect.stringMatching(/train|test/) },
    { file: 'boot/1.jpg', label: 'boot', part: expect.stringMatching(/train|test/) },
  ])
  const file = await saved(made.manifest)
  const again = await split(manifest, dataset(images(8)), { file, unlisted: 'fail' })
  expect(again.manifest).toEqual(made.manifest)
  expect(again.warnings).toEqual([])

  const grown = dataset(images(9))
  await expect(split(manifest, grown, { file, unlisted: 'fail' })).rejects.toMatchObject({
    code: 'XP_UNLISTED_IMAGES',
    message: `2 images are not in ${file}:\n  "shoe/8.jpg"\n  "boot/8.jpg"`,
  })
  const left = await split(manifest, grown, { file, unlisted: 'leaveOut' })
  expect(left.manifest).toEqual(made.manifest)
  expect(left.warnings).toEqual([`2 images are not in ${file} and were left out`])
  const fewer = await split(manifest, dataset(images(7)), { file, unlisted: 'fail' })
  expect(fewer.warnings).toEqual([`2 images of ${file} are not in the dataset, as "boot/7.jpg"`])
})

it('stratified with a manifest deals out the new images alone, and evens the shares out', async () => {
  const before = await split(stratified, dataset(images(8)), {})
  const file = await saved(before.manifest)
  const after = await split(stratified, dataset(images(20)), { manifest: file, train: 0.8, test: 0.2 })
  expect(sizes(after.dataset)).toEqual({ train: 32, test: 8 })
  const now = new Map(after.manifest.map((row) => [row.file, row.part]))
  for (const row of before.manifest) expect(now.get(row.file)).toBe(row.part)
  const elsewhere = { manifest: file, train: 0.8, validation: 0.2, test: 0 }
  await expect(split(stratified, dataset(images(8)), elsewhere)).rejects.toMatchObject({
    code: 'XP_MANIFEST_PART',
    message: `${file} has images in the part "test", to which the split gives nothing`,
  })
})

it('kfold takes a fold that there is', async () => {
  const { dataset: made } = await split(kfold, dataset(images(10)), { folds: 5, fold: 4 })
  expect(sizes(made)).toEqual({ train: 16, validation: 4 })
  await expect(split(kfold, dataset(images(10)), { folds: 5, fold: 5 })).rejects.toMatchObject({
    code: 'XP_NO_SUCH_FOLD',
    hint: 'folds count from 0: set fold to 0 … 4',
  })
})

it('a hand-written manifest may name parts otherwise, and in other columns', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'xp-split-')), 'mine.jsonl')
  const rows = images(2).map((example, i) => ({ part: i % 2 ? 'val' : 'training', note: i, file: `./${example.file}` }))
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  const { dataset: made } = await split(manifest, dataset(images(2)), { file, unlisted: 'fail' })
  expect(sizes(made)).toEqual({ train: 2, validation: 2 })
})
