import { XpError } from './xp-error.ts'

const shown = 10

/** Items one a line, the first of them. */
const listed = (items: readonly string[]): string => {
  const rest = items.length > shown ? [`and ${items.length - shown} more`] : []
  return [...items.slice(0, shown), ...rest].map((item) => `\n  ${item}`).join('')
}

export const malformedMetadata = (file: string, line: number, what: string) =>
  new XpError({
    code: 'XP_METADATA_SYNTAX',
    exit: 'data',
    message: `${file}:${line}: ${what}`,
    hint: file.endsWith('.csv')
      ? 'expected comma-separated values, the first line naming the columns: file_name,label'
      : 'expected one JSON object a line: {"file_name": "1.jpg", "label": "shoe"}',
  })

export const missingMetadataColumn = (file: string, column: string, columns: readonly string[]) =>
  new XpError({
    code: 'XP_METADATA_COLUMN',
    exit: 'data',
    message: `${file} has no column ${JSON.stringify(column)}: it has ${columns.map((name) => JSON.stringify(name)).join(', ') || 'none'}`,
    hint:
      column === 'file_name'
        ? 'file_name names each image, relative to the folder of this file'
        : 'name the column of the classes: labelColumn',
  })

/** Rows whose image, or label, is not there or is said twice. */
export const wrongMetadataRows = (
  file: string,
  problems: readonly { readonly line: number; readonly what: string }[],
) =>
  new XpError({
    code: 'XP_METADATA_ROWS',
    exit: 'data',
    message: `${file} has ${problems.length === 1 ? 'a row' : `${problems.length} rows`} that cannot be used:${listed(
      problems.map(({ line, what }) => `line ${line}: ${what}`),
    )}`,
    hint: 'correct the rows, or the images that they name',
  })

export const severalMetadataFiles = (one: string, other: string) =>
  new XpError({
    code: 'XP_SEVERAL_METADATA_FILES',
    exit: 'data',
    message: `${one} and ${other} both label the images of one folder`,
    hint: 'keep one of them',
  })

export const metadataFormat = (file: string) =>
  new XpError({
    code: 'XP_METADATA_FORMAT',
    exit: 'data',
    message: `${file} cannot be read: labels come from metadata.csv or metadata.jsonl`,
    hint: "convert it in Python: pandas.read_parquet('metadata.parquet').to_csv('metadata.csv', index=False)",
  })
