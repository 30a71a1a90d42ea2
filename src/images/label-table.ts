import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { malformedTable, missingTableColumn, wrongTableRows } from '../errors/label-table.ts'
import type { TreeFile } from '../std/hash.ts'
import { hasImageExtension } from './format.ts'
import { labelOf } from './label-cell.ts'

/** Names of the columns that are read. */
export interface LabelColumns {
  readonly file: string
  readonly label: string
  /** The part that an image belongs to; all to one where absent. */
  readonly part?: string
}

/** What labels one image. */
export interface LabelRow {
  /** A relative path within some folder, with `/`. */
  readonly file: string
  readonly label: string
  readonly part?: string
  readonly line: number
}

interface RawRow {
  readonly values: Readonly<Record<string, unknown>>
  readonly line: number
}

/** A table of labels. */
export interface LabelTable {
  readonly rows: readonly LabelRow[]
  /** All classes in label order, where the table itself says them. */
  readonly classes?: readonly string[]
}

/**
 * Reads a table of labels: `.csv`, `.parquet`, or else one JSON object a line.
 * @param path what a reader knows it by
 * @param location where it lies
 * @throws XpError with the line where the file is not of its format, lacks a column, or a row has no use
 */
export async function readLabelTable(path: string, columns: LabelColumns, location = path): Promise<LabelTable> {
  const { columns: present, rows, classes } = await rawTable(path, columns, location)
  for (const [role, column] of Object.entries(columns))
    if (!present.includes(column)) throw missingTableColumn(path, role as keyof LabelColumns, column, present)
  const problems: { line: number; what: string }[] = []
  const made = rows.flatMap(({ values, line }): readonly LabelRow[] => {
    const cells = Object.entries(columns).map(([role, column]) => {
      return [role, column, labelOf(values[column], role === 'label' ? classes : undefined)] as const
    })
    for (const [, column, cell] of cells) if ('wrong' in cell) problems.push({ line, what: `${column} ${cell.wrong}` })
    const texts = cells.flatMap(([role, , cell]) => ('label' in cell ? [[role, cell.label]] : []))
    const { file = '', label = '', part } = Object.fromEntries(texts) as Partial<LabelRow>
    if (texts.length < cells.length) return []
    if (isOutside(file)) problems.push({ line, what: `${JSON.stringify(file)} leads out of the folder` })
    return [
      { file: file.replace(/^\.\//, ''), label: label.normalize('NFC'), line, ...(part === undefined ? {} : { part }) },
    ]
  })
  if (problems.length > 0) throw wrongTableRows(path, problems)
  return { rows: made, ...(classes === undefined ? {} : { classes }) }
}

interface RawTable {
  readonly columns: readonly string[]
  readonly rows: readonly RawRow[]
  readonly classes?: readonly string[] | undefined
}

async function rawTable(path: string, columns: LabelColumns, location: string): Promise<RawTable> {
  if (path.toLowerCase().endsWith('.parquet')) return parquetRows(path, columns, location)
  const text = textFrom(path, await readFile(location)).replace(/^\ufeff/, '')
  return path.toLowerCase().endsWith('.csv') ? csvRows(path, text) : jsonRows(path, text)
}

async function parquetRows(path: string, columns: LabelColumns, location: string): Promise<RawTable> {
  const { openParquet } = await import('./parquet.ts')
  const table = await openParquet(path, location)
  const wanted = Object.values(columns).filter((column): column is string => table.columns.includes(column))
  const rows: RawRow[] = []
  if (wanted.length === Object.keys(columns).length)
    for await (const group of table.groups(wanted))
      for (const [i, values] of group.rows.entries()) rows.push({ values, line: group.first + i + 1 })
  return { columns: table.columns, rows, classes: table.classNames(columns.label) }
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

function csvRows(path: string, text: string) {
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
