import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { labelledFolder } from '../../../src/images/labelled-folder.ts'

/** Labels a folder of the given texts; images are listed and not opened. */
async function label(files: Readonly<Record<string, string>>, labelColumn = 'label') {
  const root = await mkdtemp(join(tmpdir(), 'xp-labels-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  const listed = Object.entries(files).map(([path, text]) => ({ path, size: text.length, sha256: path }))
  return labelledFolder(root, listed, { label: labelColumn })
}

const images = (...paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, 'image']))
const lines = (...text: readonly string[]) => text.join('\n')

it('metadata.csv labels images wherever they lie; what it does not name is left out', async () => {
  const made = await label({
    ...images('1.jpg', 'deep/2.jpg', 'a,b "c".jpg', 'unnamed.jpg'),
    'metadata.csv': lines(
      '\ufefffile_name,caption,label',
      '1.jpg,"two',
      'lines",shoe',
      './deep/2.jpg,,boot',
      '"a,b ""c"".jpg",x, shoe ',
      '',
    ),
  })
  expect(made.classes).toEqual(['boot', 'shoe'])
  expect(made.parts).toEqual({
    all: [
      { file: 'deep/2.jpg', sha256: 'deep/2.jpg', label: 0 },
      { file: '1.jpg', sha256: '1.jpg', label: 1 },
      { file: 'a,b "c".jpg', sha256: 'a,b "c".jpg', label: 1 },
    ],
  })
  expect(made.skipped).toEqual(['unnamed.jpg'])
})

it('metadata.jsonl does too; classes that are whole numbers stand by their size', async () => {
  const made = await label(
    {
      ...images('1.jpg', '2.jpg', '3.jpg'),
      'metadata.jsonl': lines(
        '{"file_name": "1.jpg", "digit": 10}',
        '',
        '{"file_name": "2.jpg", "digit": 9}',
        '{"file_name": "3.jpg", "digit": "9"}',
      ),
    },
    'digit',
  )
  expect(made.classes).toEqual(['9', '10'])
  expect(made.parts.all?.map(({ file, label }) => [file, label])).toEqual([
    ['2.jpg', 0],
    ['3.jpg', 0],
    ['1.jpg', 1],
  ])
})

it('parts may have a table each, or one above them', async () => {
  const parts = { train: ['train/1.jpg', 'train/2.jpg'], test: ['test/1.jpg'] }
  const each = await label({
    ...images('train/1.jpg', 'train/2.jpg', 'test/1.jpg'),
    'train/metadata.csv': 'file_name,label\n1.jpg,a\n2.jpg,b\n',
    'test/metadata.csv': 'file_name,label\n1.jpg,b\n',
  })
  const above = await label({
    ...images('train/1.jpg', 'train/2.jpg', 'test/1.jpg'),
    'metadata.csv': 'file_name,label\ntrain/1.jpg,a\ntest/1.jpg,b\ntrain/2.jpg,b\n',
  })
  for (const { parts: made, classes } of [each, above]) {
    expect(classes).toEqual(['a', 'b'])
    const files = Object.entries(made).map(([part, examples]) => [part, examples.map(({ file }) => file)])
    expect(Object.fromEntries(files)).toEqual(parts)
  }
})

const table = (...rows: readonly string[]) => ({
  ...images('1.jpg', '2.jpg'),
  'metadata.csv': lines('file_name,label', ...rows),
})

it.each([
  ['XP_TABLE_ROWS', table('1.jpg,a', '3.jpg,b'), /metadata\.csv has a row .*\n {2}line 3: there is no image "3\.jpg"/],
  ['XP_TABLE_ROWS', table('1.jpg,a', '1.jpg,b'), /line 3: "1\.jpg" has a label already/],
  ['XP_TABLE_ROWS', table('1.jpg,', ',b'), /2 rows .*\n {2}line 2: label is empty\n {2}line 3: file_name is empty/],
  ['XP_TABLE_ROWS', table('../1.jpg,a', '/2.jpg,b', 'C:\\3.jpg,b'), /3 rows .*"\.\.\/1\.jpg" leads out of the folder/s],
  ['XP_TABLE_SYNTAX', table('1.jpg,a,b'), /metadata\.csv:2: Invalid Record Length/],
  ['XP_TABLE_SYNTAX', table('1.jpg,"a'), /metadata\.csv:2: Quote Not Closed/],
  [
    'XP_TABLE_COLUMN',
    { ...images('1.jpg'), 'metadata.csv': 'file_name,class\n1.jpg,a' },
    /no column "label": it has "file_name", "class"/,
  ],
  ['XP_TABLE_COLUMN', { ...images('1.jpg'), 'metadata.csv': '' }, /no column "file_name": it has none/],
  ['XP_TABLE_SYNTAX', { ...images('1.jpg'), 'metadata.jsonl': '{"file_name": "1.jpg"}\n{' }, /metadata\.jsonl:2: /],
  ['XP_TABLE_SYNTAX', { ...images('1.jpg'), 'metadata.jsonl': '[1]' }, /metadata\.jsonl:1: it is not a JSON object/],
  ['XP_PARQUET_DAMAGED', { ...images('1.jpg'), 'metadata.parquet': 'PAR1' }, /metadata\.parquet cannot be read/],
  [
    'XP_SEVERAL_TABLES',
    { ...table('1.jpg,a'), 'metadata.jsonl': '' },
    /metadata\.csv and .*metadata\.jsonl both label/,
  ],
  ['XP_ONE_CLASS', table('1.jpg,a', '2.jpg,a'), /one class only, "a"/],
  ['XP_TABLE_SYNTAX', table(), /metadata\.csv:1: it labels no image/],
] as const)('it refuses with %s: %#', async (code, files, message) => {
  await expect(label(files)).rejects.toMatchObject({ code, exit: 'data', message: expect.stringMatching(message) })
})

const [composed, decomposed] = ['Caf\u00e9', 'Cafe\u0301']

it('a class is one however its name is composed, in folders and in tables', async () => {
  const folders = await label(
    images(`train/${composed}/1.jpg`, 'train/b/1.jpg', `test/${decomposed}/2.jpg`, 'test/b/2.jpg'),
  )
  expect(folders.classes).toEqual([composed, 'b'])
  expect(folders.parts.test?.map(({ file, label }) => [file, label])).toEqual([
    [`test/${decomposed}/2.jpg`, 0],
    ['test/b/2.jpg', 1],
  ])
  const table = await label({
    ...images(`${decomposed}.jpg`, '1.jpg', '2.jpg'),
    'metadata.csv': lines('file_name,label', `${composed}.jpg,${composed}`, `1.jpg,${decomposed}`, '2.jpg,b'),
  })
  expect(table.classes).toEqual([composed, 'b'])
  expect(table.parts.all?.map(({ file }) => file)).toEqual(['1.jpg', `${decomposed}.jpg`, '2.jpg'])
})

it.each([
  [['Boot/1.jpg', 'boot/2.jpg', 'shoe/1.jpg'], '"Boot" and "boot"'],
  [['train/shoe/1.jpg', 'train/Boot/1.jpg', 'test/BOOT/1.jpg', 'test/shoe/1.jpg'], '"Boot" and "BOOT"'],
])('class folders whose names differ in case alone are refused: %j', async (paths, both) => {
  await expect(label(images(...paths))).rejects.toMatchObject({
    code: 'XP_TWIN_CLASSES',
    message: expect.stringContaining(both),
  })
})
