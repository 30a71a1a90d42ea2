import { XpError } from './xp-error.ts'

const shown = 10

/** Items one a line, the first of them. */
const listed = (items: readonly string[]): string => {
  const rest = items.length > shown ? [`and ${items.length - shown} more`] : []
  return [...items.slice(0, shown), ...rest].map((item) => `\n  ${item}`).join('')
}

export const malformedTable = (file: string, line: number, what: string) =>
  new XpError({
    code: 'XP_TABLE_SYNTAX',
    exit: 'data',
    message: isParquet(file) ? `${file}: ${what}` : `${file}:${line}: ${what}`,
    hint: isParquet(file)
      ? 'expected a row for each image'
      : file.toLowerCase().endsWith('.csv')
        ? 'expected comma-separated values, the first line naming the columns: file_name,label'
        : 'expected one JSON object a line: {"file_name": "1.jpg", "label": "shoe"}',
  })

const columnHints = {
  file: 'this column names each image by its path: file_name in metadata files, pathColumn in load/table, file in a manifest',
  label: 'name the column of the classes: labelColumn',
  part: 'name the column that says train, validation or test: partColumn; in a manifest it is called part',
  group: 'name the column of what images have in common: groupColumn',
}

export const missingTableColumn = (
  file: string,
  role: keyof typeof columnHints,
  column: string,
  columns: readonly string[],
) =>
  new XpError({
    code: 'XP_TABLE_COLUMN',
    exit: 'data',
    message: `${file} has no column ${JSON.stringify(column)}: it has ${columns.map((name) => JSON.stringify(name)).join(', ') || 'none'}`,
    hint: columnHints[role],
  })

/** Rows of parquet files are no lines; they count from 1. */
const isParquet = (file: string) => file.toLowerCase().endsWith('.parquet')

/** Rows whose image, or label, is not there or is said twice. */
export const wrongTableRows = (file: string, problems: readonly { readonly line: number; readonly what: string }[]) =>
  new XpError({
    code: 'XP_TABLE_ROWS',
    exit: 'data',
    message: `${file} has ${problems.length === 1 ? 'a row' : `${problems.length} rows`} that cannot be used:${listed(
      problems.map(({ line, what }) => `${isParquet(file) ? 'row' : 'line'} ${line}: ${what}`),
    )}`,
    hint: 'correct the rows, or the images that they name',
  })

export const missingTable = (file: string) =>
  new XpError({
    code: 'XP_MISSING_TABLE',
    exit: 'data',
    message: `the table ${file} does not exist or is not a file`,
    hint: 'file is relative to the YAML file that names it',
  })

export const severalTables = (one: string, other: string) =>
  new XpError({
    code: 'XP_SEVERAL_TABLES',
    exit: 'data',
    message: `${one} and ${other} both label the images of one folder`,
    hint: 'keep one of them',
  })

export const tableFormat = (file: string) =>
  new XpError({
    code: 'XP_TABLE_FORMAT',
    exit: 'data',
    message: `${file} cannot be read: labels come from .csv, .jsonl and .parquet files`,
    hint: 'save it as one of them',
  })
