import { stat } from 'node:fs/promises'
import { partNameOf } from '../artifacts/part-names.ts'
import { missingTable, tableFormat, wrongTableRows } from '../errors/label-table.ts'
import { isTable, readImageTable } from './label-table.ts'

/**
 * The parts of images by path, from a manifest of a split: columns `file` and `part`, others are not read. A part may have
 * another of its usual names, `val` for `validation`.
 * @throws XpError where the file is absent, no such table, or says of an image twice where it is
 */
export async function readSplitTable(path: string): Promise<ReadonlyMap<string, string>> {
  if (!isTable(path)) throw tableFormat(path)
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw missingTable(path)
  const { rows } = await readImageTable(path, { file: 'file', part: 'part' })
  const parts = new Map<string, string>()
  const twice: { line: number; what: string }[] = []
  for (const { file, part, line } of rows) {
    if (parts.has(file)) twice.push({ line, what: `${JSON.stringify(file)} is in a part already` })
    parts.set(file, partNameOf(part) ?? part)
  }
  if (twice.length > 0) throw wrongTableRows(path, twice)
  return parts
}
