import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import table from '../../../src/stages/load/table.ts'
import { digestTree, sha256 } from '../../../src/std/hash.ts'

const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  .png()
  .toBuffer()
const paths = ['a/1.png', 'a/2.png', '3.png', 'not listed.png']

/** A context of the stage over a folder of four images, and the table beside it. */
async function loading(name: string, text: string, params: object = {}, broken: readonly string[] = []) {
  const dir = await mkdtemp(join(tmpdir(), 'xp-table-'))
  const root = join(dir, 'images')
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), broken.includes(path) ? 'text' : image)
  }
  await writeFile(join(dir, name), text)
  const files = paths.map((path) => ({ path, size: image.length, sha256: sha256(path) }))
  const [warnings, metrics]: [string[], Record<string, number>] = [[], {}]
  const ctx = {
    params: {
      file: join(dir, name),
      root,
      pathColumn: 'path',
      labelColumn: 'label',
      onError: 'fail',
      leaks: 'warn',
      ...params,
    },
    sources: { root: { root, digest: digestTree(files), files } },
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: (message: string) => void warnings.push(message),
    metric: (metric: string, value: number) => {
      metrics[metric] = value
    },
  }
  return { ctx: ctx as never as Parameters<typeof table.run>[0], warnings, metrics }
}
const load = async (...args: Parameters<typeof loading>) => {
  const { ctx, warnings, metrics } = await loading(...args)
  await table.check?.({ ...ctx, foreseen: {}, engine: {} })
  return { ...(await table.run(ctx)).dataset, warnings, metrics }
}

it('a table says which images there are, what they show, and in which part they are', async () => {
  const text = 'path,label,split\n3.png,cat,eval\na/2.png,dog,train\n./a/1.png,cat,training\n'
  const made = await load('labels.csv', text, { partColumn: 'split' })
  expect(made.classes).toEqual(['cat', 'dog'])
  const listed = Object.entries(made.parts).map(([part, examples]) => [part, examples.map((e) => [e.file, e.label])])
  expect(listed).toEqual([
    [
      'train',
      [
        ['a/1.png', 0],
        ['a/2.png', 1],
      ],
    ],
    ['test', [['3.png', 0]]],
  ])
  expect(made.parts.test?.[0]?.sha256).toBe(sha256('3.png'))
  expect(made.metrics).toEqual({ 'load/images': 3, 'load/classes': 2, 'load/train': 2, 'load/test': 1 })
  expect(made.warnings).toEqual(['part "test" has no image of "dog"'])
})

it('JSON lines and other column names do as well; without a column of parts all is one', async () => {
  const text = '{"image": "a/1.png", "kind": "x"}\n{"image": "3.png", "kind": "y", "size": 3}\n'
  const made = await load('labels.jsonl', text, { pathColumn: 'image', labelColumn: 'kind', labels: ['y', 'x'] })
  expect(made.classes).toEqual(['y', 'x'])
  expect(made.parts).toEqual({
    all: [
      { file: '3.png', sha256: sha256('3.png'), label: 0 },
      { file: 'a/1.png', sha256: sha256('a/1.png'), label: 1 },
    ],
  })
})

const good = 'path,label\n3.png,a\na/1.png,b\n'

it('an image that the table lists and nobody can open is named; others are not opened', async () => {
  const broken = load('labels.csv', good, {}, ['3.png'])
  await expect(broken).rejects.toMatchObject({ code: 'XP_UNREADABLE_IMAGE', message: expect.stringContaining('3.png') })
  expect((await load('labels.csv', good, {}, ['not listed.png'])).metrics['load/images']).toBe(2)
})

it.each([
  ['XP_TABLE_ROWS', 'labels.csv', `${good}4.png,b\n`, {}, 'line 4: there is no image "4.png"'],
  ['XP_TABLE_ROWS', 'labels.csv', `${good}./3.png,b\n`, {}, 'line 4: "3.png" has a label already'],
  ['XP_TABLE_ROWS', 'labels.csv', 'path,label,part\n3.png,a,\n', { partColumn: 'part' }, 'line 2: part is empty'],
  ['XP_TABLE_COLUMN', 'labels.csv', good, { partColumn: 'split' }, 'no column "split": it has "path", "label"'],
  ['XP_TABLE_SYNTAX', 'labels.csv', 'path,label\n', {}, 'labels.csv:1: it labels no image'],
  ['XP_TABLE_FORMAT', 'labels.xlsx', 'PK', {}, 'labels.xlsx cannot be read'],
  ['XP_PARQUET_DAMAGED', 'labels.parquet', 'PAR1', {}, 'labels.parquet cannot be read'],
  ['XP_ONE_CLASS', 'labels.csv', 'path,label\n3.png,a\n', {}, 'one class only, "a"'],
  ['XP_UNKNOWN_CLASS', 'labels.csv', good, { labels: ['a', 'c'] }, 'no class "c"'],
  ['XP_MISSING_TABLE', 'labels.csv', good, { file: '/nowhere.csv' }, '/nowhere.csv does not exist'],
  ['XP_MISSING_IMAGE_FOLDER', 'labels.csv', good, { root: '/nowhere' }, '/nowhere does not exist'],
])('it refuses with %s before any work: %s %j %j', async (code, name, text, params, message) => {
  const { ctx } = await loading(name, text, params)
  await expect(table.check?.({ ...ctx, foreseen: {}, engine: {} })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

it('a group that lies in several parts is named, or fails where leaks must', async () => {
  const text = 'path,label,split,who\n3.png,cat,test,ann\na/2.png,dog,train,bob\na/1.png,cat,train,ann\n'
  const columns = { partColumn: 'split', groupColumn: 'who' }
  const made = await load('labels.csv', text, columns)
  expect(made.warnings).toContain('one group has images in more than one part:\n  "ann": train, test')
  await expect(load('labels.csv', text, { ...columns, leaks: 'fail' })).rejects.toMatchObject({
    code: 'XP_GROUPS_TORN',
    details: { count: 1, groups: [{ group: 'ann', parts: ['train', 'test'] }] },
  })
})
