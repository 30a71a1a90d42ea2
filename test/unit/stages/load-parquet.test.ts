import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { labelledFolder } from '../../../src/images/labelled-folder.ts'
import { labelledTable } from '../../../src/images/labelled-table.ts'
import { unpackParquet } from '../../../src/images/parquet-images.ts'
import { filesByPart } from '../../../src/images/parquet-parts.ts'
import parquet from '../../../src/stages/load/parquet.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { hashTree } from '../../../src/std/tree.ts'
import { temporaryFolder } from '../runner/temporary.ts'

const goldens = resolve(import.meta.dirname, '../../goldens/parquet')
const expected = JSON.parse(readFileSync(join(goldens, 'expected.json'), 'utf8'))

async function loading(root: string, params: object = {}) {
  const { digest, files } = await hashTree(root)
  const [warnings, metrics]: [string[], Record<string, number>] = [[], {}]
  const ctx = {
    params: { root, imageColumn: 'image', labelColumn: 'label', onError: 'fail', leaks: 'warn', ...params },
    sources: { root: { root, digest, files } },
    scratch: temporaryFolder(),
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: (message: string) => void warnings.push(message),
    metric: (metric: string, value: number) => {
      metrics[metric] = value
    },
  } as never as Parameters<typeof parquet.run>[0]
  return { ctx, warnings, metrics }
}
async function load(root: string, params: object = {}) {
  const { ctx, ...told } = await loading(root, params)
  await parquet.check?.({ ...ctx, foreseen: {}, engine: {} })
  return { ...(await parquet.run(ctx)), ...told }
}
/** A folder of the given goldens under other names. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder()
  for (const [name, golden] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    copyFileSync(join(goldens, golden), join(root, name))
  }
  return root
}

it('shards that the datasets library wrote give its images, bytes, labels and parts', async () => {
  const { dataset, images, warnings, metrics } = await load(join(goldens, 'hub'))
  expect(dataset.classes).toEqual(['shoe', 'boot', 'sandal'])
  const rows = [...expected['train-00000-of-00002'], ...expected['train-00001-of-00002']]
  const made = [...(dataset.parts.train ?? [])].sort((a, b) => (a.file < b.file ? -1 : 1))
  expect(made.map(({ sha256, label }) => ({ sha256, label }))).toEqual(rows)
  expect(dataset.parts.test).toHaveLength(2)
  const files = [...made, ...(dataset.parts.test ?? [])]
  for (const { file, sha256: digest } of files) expect(sha256(readFileSync(join(images.dir, file)))).toBe(digest)
  expect(made.map(({ file }) => file).slice(0, 2)).toEqual(['train/0000000.jpg', 'train/0000001.png'])
  expect(dataset.source).toBe((await hashTree(images.dir)).digest)
  expect(metrics).toEqual({ 'load/images': 7, 'load/classes': 3, 'load/train': 5, 'load/test': 2 })
  expect(warnings[0]).toBe('part "train" has no image of "sandal"')
})

it('a column of bytes does as well; classes may be chosen, and what is not used is not kept', async () => {
  const root = folderOf({ 'a.parquet': 'plain.parquet' })
  const { dataset } = await load(root, { imageColumn: 'picture', labelColumn: 'kind' })
  expect(dataset.classes).toEqual(['9', '10'])
  expect(dataset.parts.all?.map(({ file, label, sha256 }) => [file, label, sha256])).toEqual([
    ['all/0000001.png', 0, expected.plain[1]],
    ['all/0000000.png', 1, expected.plain[0]],
  ])
  const chosen = await load(join(goldens, 'hub'), { labels: ['boot', 'shoe'], imagesPerClass: 1 })
  expect((await hashTree(chosen.images.dir)).files).toHaveLength(4)
})

it('a column may say which images belong together', async () => {
  const { dataset } = await load(join(goldens, 'hub'), { groupColumn: 'label' })
  const all = Object.values(dataset.parts).flat()
  expect(all.map(({ group, label }) => [group, label])).toEqual(all.map(({ label }) => [String(label), label]))
  await expect(load(join(goldens, 'hub'), { groupColumn: 'who' })).rejects.toMatchObject({
    code: 'XP_PARQUET_COLUMN',
    hint: 'name the column with groupColumn',
  })
})

it('rows without a use are named, with their column', async () => {
  const root = folderOf({ 'a.parquet': 'wrong.parquet' })
  const file = join(root, 'a.parquet')
  await expect(load(root)).rejects.toMatchObject({
    code: 'XP_PARQUET_ROWS',
    message: [
      'rows that cannot be used:',
      `  ${file}, row 2: "image" is empty`,
      `  ${file}, row 3: "label" is empty`,
      `  ${file}, row 3: "image" holds no bytes, only the path "x.jpg"`,
      `  ${file}, row 4: "label" is 9, and its classes are 0 to 2`,
    ].join('\n'),
  })
})

it.each([
  ['XP_PARQUET_MISSING', {}, {}, 'holds no parquet files'],
  ['XP_PARQUET_COLUMN', { 'a.parquet': 'plain.parquet' }, {}, 'no column "image": it has "picture", "kind"'],
  [
    'XP_PARQUET_CLASSES',
    { 'a.parquet': 'wrong.parquet', 'b.parquet': 'other.parquet' },
    {},
    'b.parquet do not name the same classes in "label"',
  ],
  [
    'XP_PARQUET_MISSING',
    { 'train-00001-of-00002.parquet': 'hub/data/train-00001-of-00002.parquet' },
    {},
    '"train-00000-of-00002.parquet" is missing',
  ],
  ['XP_PARQUET_DAMAGED', { 'a.parquet': 'expected.json' }, {}, 'a.parquet cannot be read as a parquet file'],
] as const)('it refuses with %s before any work: %j', async (code, files, params, message) => {
  const { ctx } = await loading(folderOf(files), params)
  await expect(parquet.check?.({ ...ctx, foreseen: {}, engine: {} })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

it.each([
  [['a.parquet'], { all: ['a.parquet'] }],
  [
    ['default/test/0000.parquet', 'default/train/0000.parquet'],
    { train: ['default/train/0000.parquet'], test: ['default/test/0000.parquet'] },
  ],
  [['data/val.parquet', 'data/train.parquet'], { train: ['data/train.parquet'], validation: ['data/val.parquet'] }],
  [['extra-00000-of-00001.parquet', 'readme.md'], { extra: ['extra-00000-of-00001.parquet'] }],
])('parts of %j', (files, parts) => {
  expect(filesByPart('/data', files)).toEqual(new Map(Object.entries(parts)))
})

it('files of which only some say their part are refused', () => {
  expect(() => filesByPart('/data', ['train.parquet', 'more.parquet'])).toThrow('"more.parquet"')
})

const listed = (paths: readonly string[]) => paths.map((path) => ({ path, size: 1, sha256: path }))

it.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'])('a table under %s labels images', async (codec) => {
  const { file_name: names, label } = expected.table as { file_name: string[]; label: string[] }
  const path = join(goldens, `tables/${codec}.parquet`)
  const columns = { file: 'file_name', label: 'label', part: 'split' }
  const made = await labelledTable(path, listed(names), columns)
  expect(made.classes).toEqual(['a', 'b', 'ä'])
  const found = new Map(Object.values(made.parts).flatMap((part) => part.map((e) => [e.file, made.classes[e.label]])))
  expect(found).toEqual(new Map(names.map((name, i) => [name, label[i]])))
  expect(Object.entries(made.parts).map(([part, { length }]) => [part, length])).toEqual([
    ['train', 4],
    ['test', 2],
  ])
  const root = temporaryFolder()
  copyFileSync(path, join(root, 'metadata.parquet'))
  const folder = await labelledFolder(root, listed([...names, 'metadata.parquet']), { label: 'label' })
  expect(folder.parts.all).toHaveLength(6)
  await expect(labelledTable(path, listed(names.slice(1)), columns)).rejects.toThrow('row 1: there is no image "0.png"')
})

it('parquet files with bytes changed are read or refused, never a crash', async () => {
  const root = temporaryFolder()
  cpSync(join(goldens, 'hub/data/train-00001-of-00002.parquet'), join(root, 'a.parquet'))
  const whole = readFileSync(join(root, 'a.parquet'))
  const ends: Record<string, number> = {}
  // Most of the meaning stands at the end.
  const place = fc.oneof(
    fc.nat({ max: whole.length - 1 }),
    fc.integer({ min: whole.length - 1200, max: whole.length - 1 }),
  )
  const change = fc.record({ at: place, value: fc.nat({ max: 255 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(whole)
      for (const { at, value } of changes) bytes[at] = value
      writeFileSync(join(root, 'a.parquet'), bytes)
      const dir = join(root, 'images')
      const source = { root, digest: '', files: listed(['a.parquet']) }
      const options = { signal: new AbortController().signal, onProgress: () => undefined }
      let end = 'read'
      try {
        await unpackParquet(source, { image: 'image', label: 'label' }, dir, options)
      } catch (error) {
        if (!(error instanceof XpError)) throw error
        end = error.code
      }
      rmSync(dir, { recursive: true, force: true })
      ends[end] = (ends[end] ?? 0) + 1
    }),
    { numRuns: 500 },
  )
  expect(ends.read).toBeGreaterThan(20)
  expect(ends.XP_PARQUET_DAMAGED).toBeGreaterThan(20)
}, 120_000)
