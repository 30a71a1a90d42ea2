import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { XpError } from '../../src/errors/xp-error.ts'
import { readLabelTable } from '../../src/images/label-table.ts'
import { temporaryFolder } from '../unit/runner/temporary.ts'

const goldens = resolve(import.meta.dirname, '../goldens/parquet/tables')
const columns = { file: 'file_name', label: 'label' }
const oddText = 'file_name,label\n"a ""b"".jpg",shoe\n"c\n.jpg","=1+1"\r\né.jpg,boot\n'
const oddLines = [
  { file_name: 'a.jpg', label: 'shoe' },
  { file_name: 'é\n.jpg', label: 3, other: [{ __proto__: 1 }] },
  { file_name: '"', label: true },
]

const tables: readonly (readonly [string, Uint8Array])[] = [
  ['metadata.csv', Buffer.from(oddText)],
  ['metadata.jsonl', Buffer.from(oddLines.map((line) => JSON.stringify(line)).join('\n'))],
  ...readdirSync(goldens).map((name) => [name, readFileSync(join(goldens, name))] as const),
]

/** Bytes written over, taken out or put in at some place, and perhaps an end that is missing. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  taken: fc.nat(3),
  put: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom('"', ',', '\n', '\r', '{', '\0', '\ufeff', ',__proto__', '1e999').map((text) => Buffer.from(text)),
  ),
  end: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})

it.each(tables)(
  '%s, damaged, is rows with a file and a label each or an error that names the file',
  async (name, whole) => {
    const path = join(temporaryFolder(), name)
    let refused = 0
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, taken, put, end }) => {
        const place = Math.floor(at * whole.length)
        const bytes = Buffer.concat([whole.subarray(0, place), put, whole.subarray(place + taken)])
        writeFileSync(path, bytes.subarray(0, Math.ceil((end ?? 1) * bytes.length)))
        try {
          const { rows } = await readLabelTable(path, columns)
          for (const { file, label, line } of rows) {
            expect(file).not.toBe('')
            expect(label).not.toBe('')
            expect(line).toBeGreaterThan(0)
          }
        } catch (error) {
          if (!(error instanceof XpError)) throw error
          expect(error.message).toContain(path)
          expect(error.exit).toBe('data')
          refused++
        }
      }),
      { numRuns: extname(name) === '.parquet' ? 150 : 500 },
    )
    expect(refused).toBeGreaterThan(20)
  },
  120_000,
)
