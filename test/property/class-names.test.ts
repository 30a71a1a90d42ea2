import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { XpError } from '../../src/errors/xp-error.ts'
import { labelledFolder } from '../../src/images/labelled-folder.ts'
import { reportPage } from '../../src/reporting/report-page.ts'
import { hashTree } from '../../src/std/tree.ts'
import { evaluationOf, history, imagesOf } from '../unit/reporting/report-fixture.ts'
import { temporaryFolder } from '../unit/runner/temporary.ts'

const odd = ['=1+1', '"quoted"', "it's", 'new\nline', 'tab\t', '-dash', '--set', '<b>', '&amp;', '{x}', '%41']
const className = fc
  .oneof(
    fc.constantFrom(...odd, 'é', 'e\u0301', 'ﬁ', '\u202eabc', 'x'.repeat(200), '10', '9', 'constructor', '__proto__'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  )
  .filter(
    (name) => !/[/\0\\]/.test(name) && !/^\.|^(thumbs\.db|desktop\.ini|__macosx)$/i.test(name) && name.trim() === name,
  )
const classNames = fc.uniqueArray(className, {
  minLength: 2,
  maxLength: 6,
  selector: (name) => name.normalize('NFC').toLowerCase(),
})

it('class folders of any name give these names, in order of code points, whole numbers or not', async () => {
  await fc.assert(
    fc.asyncProperty(classNames, async (names) => {
      const root = temporaryFolder()
      for (const name of names) {
        mkdirSync(join(root, name))
        writeFileSync(join(root, name, '1.jpg'), name)
      }
      const { files } = await hashTree(root)
      const made = await labelledFolder(root, files, { label: 'label' })
      expect([...made.classes].sort()).toEqual(names.map((name) => name.normalize('NFC')).sort())
      for (const { file, label } of made.parts.all ?? [])
        expect(file.slice(0, -'/1.jpg'.length).normalize('NFC')).toBe(made.classes[label])
    }),
    { numRuns: 150 },
  )
}, 120_000)

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const tables = {
  'metadata.csv': (rows: readonly (readonly [string, string])[]) =>
    ['file_name,label', ...rows.map((row) => row.map(quoted).join(','))].join('\n'),
  'metadata.jsonl': (rows: readonly (readonly [string, string])[]) =>
    rows.map(([file_name, label]) => JSON.stringify({ file_name, label })).join('\n'),
}

it.each(Object.entries(tables))(
  '%s labels images with any names',
  async (table, textOf) => {
    await fc.assert(
      fc.asyncProperty(classNames, async (names) => {
        const root = temporaryFolder()
        const rows = names.map((name, i) => [`${i}.jpg`, name] as const)
        writeFileSync(join(root, table), textOf(rows))
        const files = [...rows.map(([path]) => path), table].map((path) => ({ path, size: 1, sha256: path }))
        const made = await labelledFolder(root, files, { label: 'label' })
        const labelled = new Map(made.parts.all?.map(({ file, label }) => [file, made.classes[label]]))
        expect(labelled).toEqual(new Map(rows.map(([file, name]) => [file, name.normalize('NFC')])))
      }),
      { numRuns: 150 },
    )
  },
  120_000,
)

it.each(Object.keys(tables))(
  '%s of any bytes is read or refused, never a crash',
  async (table) => {
    const root = temporaryFolder()
    const files = ['1.jpg', '2.jpg', table].map((path) => ({ path, size: 1, sha256: path }))
    const start = Buffer.from(
      table.endsWith('csv')
        ? 'file_name,label\n1.jpg,a\n2.jpg,b\n'
        : '{"file_name":"1.jpg","label":"a"}\n{"file_name":"2.jpg","label":"b"}\n',
    )
    const change = fc.record({
      at: fc.nat({ max: start.length }),
      drop: fc.nat({ max: 3 }),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc.constantFrom('"', '\n', ',', '{}', 'null', '../', '\ufeff', '[1]', '1e999').map((text) => Buffer.from(text)),
      ),
    })
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let bytes = start
        for (const { at, drop, put } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)])
        writeFileSync(join(root, table), bytes)
        try {
          const { classes } = await labelledFolder(root, files, { label: 'label' })
          expect(classes.length).toBeGreaterThan(1)
        } catch (error) {
          if (!(error instanceof XpError)) throw error
          refused++
        }
      }),
      { numRuns: 500 },
    )
    expect(refused).toBeGreaterThan(100)
  },
  120_000,
)

it('the report shows every class name as it is, and as nothing else', async () => {
  const elements = async (classes: readonly string[]) => {
    const data = imagesOf(classes)
    const page = {
      title: 'x',
      data,
      training: history,
      samples: [],
      augmented: [],
      predictions: [],
      pictures: new Map(),
    }
    const html = await reportPage({ ...page, runs: [evaluationOf(data, 3, 0.25)] })
    const { document } = parseHTML(html)
    return { count: document.querySelectorAll('b, script, x').length, text: document.body.textContent ?? '' }
  }
  await fc.assert(
    fc.asyncProperty(classNames, async (classes) => {
      const { count, text } = await elements(classes)
      expect(count).toBe((await elements(classes.map((_, i) => `${i}`))).count)
      for (const name of classes)
        expect(text).toContain(name.replace(/\p{Cc}/gu, (c) => ('\t\n\r'.includes(c) ? c : '�')))
    }),
    { numRuns: 40 },
  )
}, 120_000)
