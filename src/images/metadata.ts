import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { malformedMetadata, missingMetadataColumn, wrongMetadataRows } from '../errors/metadata.ts'

/** File names that Hugging Face's imagefolder reads labels from; those that are no text are errors that name the file. */
export const metadataFiles = ['metadata.csv', 'metadata.jsonl', 'metadata.parquet']

/** What labels one image. */
export interface MetadataRow {
  /** Relative to the folder of the metadata file, with `/`. */
  readonly file: string
  readonly label: string
  readonly line: number
}

interface RawRow {
  readonly values: Readonly<Record<string, unknown>>
  readonly line: number
}

/**
 * The rows of a `metadata.csv` or `metadata.jsonl`: `file_name` and a column of labels.
 * @throws XpError with the line where the file is not of its format, lacks a column, or a row has no use
 */
export async function readMetadata(path: string, labelColumn: string): Promise<readonly MetadataRow[]> {
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  const { columns, rows } = path.endsWith('.csv') ? csvRows(path, text) : jsonRows(path, text)
  for (const column of ['file_name', labelColumn])
    if (!columns.includes(column)) throw missingMetadataColumn(path, column, columns)
  const problems: { line: number; what: string }[] = []
  const made = rows.flatMap(({ values, line }): readonly MetadataRow[] => {
    const [file, label] = [textOf(values.file_name), textOf(values[labelColumn])]
    if (file === undefined) problems.push({ line, what: 'file_name is empty' })
    else if (label === undefined) problems.push({ line, what: `${labelColumn} is empty` })
    else if (isOutside(file)) problems.push({ line, what: `${JSON.stringify(file)} leads out of the folder` })
    else return [{ file: file.replace(/^\.\//, ''), label, line }]
    return []
  })
  if (problems.length > 0) throw wrongMetadataRows(path, problems)
  return made
}

const isOutside = (file: string): boolean => /^([/\\]|[a-z]:)/i.test(file) || file.split(/[/\\]/).includes('..')

const textOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
  return String(value).trim() || undefined
}

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
    throw malformedMetadata(path, Number(error.lines ?? 1), what)
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
    throw malformedMetadata(path, line, (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformedMetadata(path, line, 'it is not a JSON object')
  return value as RawRow['values']
}
