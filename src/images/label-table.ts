import { readFile } from 'node:fs/promises'
import { malformedTable, missingTableColumn, wrongTableRows } from '../errors/label-table.ts'
import type { TreeFile } from '../std/hash.ts'
import { hasImageExtension } from './format.ts'
import { labelOf } from './label-cell.ts'

/** What a column says of an image: its path, its class, its part, the group that it belongs to. */
type Role = 'file' | 'label' | 'part' | 'group'

/** Names of the columns that are read. */
export type TableColumns<R extends Role> = Readonly<Record<R, string>>

/** Columns that label images; all images are in one part, or in no group, where such a column is absent. */
export type LabelColumns = TableColumns<'file' | 'label'> & Partial<TableColumns<'part' | 'group'>>

/** What a row says; `file` is a relative path within some folder, with `/`. */
type TableRow<R extends Role> = Readonly<Record<R, string>> & { readonly line: number }

/** What labels one image. */
export type LabelRow = TableRow<'file' | 'label'> & Partial<TableRow<'part' | 'group'>>

/** Whether a file's name is that of a table. */
export const isTable = (path: string): boolean => /\.(csv|jsonl|ndjson|parquet)$/i.test(path)

interface RawRow {
  readonly values: Readonly<Record<string, unknown>>
  readonly line: number
}

/** A table of images. */
interface ImageTable<Row> {
  readonly rows: readonly Row[]
  /** All classes in label order, where the table itself says them. */
  readonly classes?: readonly string[]
}

/** Reads a table of labels. @throws XpError as `readImageTable` */
export const readLabelTable = (path: string, columns: LabelColumns, location = path): Promise<ImageTable<LabelRow>> =>
  readImageTable(path, columns as TableColumns<'file' | 'label'>, location)

/**
 * Reads a table of images: `.csv`, `.parquet`, or else one JSON object a line.
 * @param path what a reader knows it by
 * @param location where it lies
 * @throws XpError with the line where the file is not of its format, lacks a column, or a row has no use
 */
export async function readImageTable<R extends Role>(
  path: string,
  columns: TableColumns<R>,
  location = path,
): Promise<ImageTable<TableRow<R>>> {
  const { columns: present, rows, classes } = await rawTable(path, columns, location)
  const roles = Object.keys(columns) as R[]
  for (const role of roles)
    if (!present.includes(columns[role])) throw missingTableColumn(path, role, columns[role], present)
  const problems: { line: number; what: string }[] = []
  const made = rows.flatMap(({ values, line }): readonly TableRow<R>[] => {
    const row: Partial<Record<Role, string>> = {}
    for (const role of roles) {
      const cell = labelOf(values[columns[role]], role === 'label' ? classes : undefined)
      if ('wrong' in cell) problems.push({ line, what: `${columns[role]} ${cell.wrong}` })
      else row[role] = role === 'label' ? cell.label.normalize('NFC') : cell.label
    }
    if (Object.keys(row).length < roles.length) return []
    if (row.file !== undefined) {
      if (isOutside(row.file)) problems.push({ line, what: `${JSON.stringify(row.file)} leads out of the folder` })
      row.file = row.file.replace(/^\.\//, '')
    }
    return [{ ...(row as Record<R, string>), line }]
  })
  if (problems.length > 0) throw wrongTableRows(path, problems)
  return { rows: made, ...(classes === undefined ? {} : { classes }) }
}

interface RawTable {
  readonly columns: readonly string[]
  readonly rows: readonly RawRow[]
  readonly classes?: readonly string[] | undefined
}

async function rawTable(path: string, columns: Readonly<Record<string, string>>, location: string): Promise<RawTable> {
  if (path.toLowerCase().endsWith('.parquet')) return parquetRows(path, columns, location)
  const text = textFrom(path, await readFile(location)).replace(/^\ufeff/, '')
  return path.toLowerCase().endsWith('.csv') ? csvRows(path, text) : jsonRows(path, text)
}

async function parquetRows(
  path: string,
  columns: Readonly<Record<string, string>>,
  location: string,
): Promise<RawTable> {
  const { openParquet } = await import('./parquet.ts')
  const table = await openParquet(path, location)
  const wanted = Object.values(columns).filter((column) => table.columns.includes(column))
  const rows: RawRow[] = []
  if (wanted.length === Object.keys(columns).length)
    for await (const group of table.groups(wanted))
      for (const [i, values] of group.rows.entries()) rows.push({ values, line: group.first + i + 1 })
  return { columns: table.columns, rows, classes: table.classNames(columns.label ?? '') }
}

/**
 * The rows with the paths of their images in the listing: those of a table and a folder may be composed in other ways.
 * @param folder the folder, with its `/`, that the rows' paths start from
 * @param labelled what other tables label already
 * @throws XpError naming the rows whose image is not among the files, or has a label already
 */
export function needImages(
  path: string,
  rows: readonly LabelRow[],
  files: readonly TreeFile[],
  {
    folder = '',
    labelled = new Map<string, unknown>(),
  }: { folder?: string; labelled?: ReadonlyMap<string, unknown> } = {},
): readonly LabelRow[] {
  const images = new Map<string, string>()
  const paths = files.map((file) => file.path).filter(hasImageExtension)
  for (const image of paths) images.set(image.normalize('NFC'), image)
  for (const image of paths) images.set(image, image)
  const seen = new Set<string>(labelled.keys())
  const problems: { line: number; what: string }[] = []
  const found = rows.map((row): LabelRow => {
    const name = JSON.stringify(row.file)
    const asked = folder + row.file
    const image = images.get(asked) ?? images.get(asked.normalize('NFC')) ?? ''
    const problem = (what: string) => void problems.push({ line: row.line, what })
    if (image === '') problem(`there is no image ${name}`)
    else if (seen.has(image)) problem(`${name} has a label already`)
    seen.add(image)
    return { ...row, file: image }
  })
  if (problems.length > 0) throw wrongTableRows(path, problems)
  return found
}

function textFrom(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformedTable(path, 1, 'the file is not UTF-8 text')
  }
}

const isOutside = (file: string): boolean => /^([/\\]|[a-z]:)/i.test(file) || file.split(/[/\\]/).includes('..')

async function csvRows(path: string, text: string) {
  const { CsvError, parse } = await import('csv-parse/sync')
  let columns: readonly string[] = []
  try {
    const rows = parse(text, {
      columns: (header: string[]) => {
        columns = header.map((name) => name.trim())
        return [...columns]
      },
      info: true,
      skip_empty_lines: true,
    }) as unknown as readonly { record: RawRow['values']; info: { lines: number } }[]
    return { columns, rows: rows.map(({ record, info }): RawRow => ({ values: record, line: info.lines })) }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const [what = ''] = error.message.split(/ (?:on|at) line /)
    throw malformedTable(path, Number(error.lines ?? 1), what)
  }
}

function jsonRows(path: string, text: string) {
  const rows = text.split('\n').flatMap((line, i): readonly RawRow[] => {
    if (line.trim() === '') return []
    return [{ values: objectOf(path, i + 1, line), line: i + 1 }]
  })
  return { columns: [...new Set(rows.flatMap(({ values }) => Object.keys(values)))], rows }
}

function objectOf(path: string, line: number, text: string): RawRow['values'] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw malformedTable(path, line, (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformedTable(path, line, 'it is not a JSON object')
  return value as RawRow['values']
}
