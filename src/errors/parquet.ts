import { XpError } from './xp-error.ts'

const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ') || 'none'

export const damagedParquet = (file: string, what: string) =>
  new XpError({
    code: 'XP_PARQUET_DAMAGED',
    exit: 'data',
    message: `${file} cannot be read as a parquet file: ${what}`,
    hint: 'copy or download it again',
    details: { file },
  })

export const noParquetFiles = (root: string) =>
  new XpError({
    code: 'XP_PARQUET_MISSING',
    exit: 'data',
    message: `${root} holds no parquet files`,
    hint: 'name the folder of the .parquet files, as data/ of a dataset from Hugging Face',
  })

/** A file of a set that is numbered `-00000-of-00002` is not there. */
export const missingShard = (root: string, file: string) =>
  new XpError({
    code: 'XP_PARQUET_MISSING',
    exit: 'data',
    message: `${root} has not all files of its set: ${JSON.stringify(file)} is missing`,
    hint: 'download it too',
  })

export const parquetColumn = (file: string, param: string, column: string, columns: readonly string[]) =>
  new XpError({
    code: 'XP_PARQUET_COLUMN',
    exit: 'data',
    message: `${file} has no column ${JSON.stringify(column)}: it has ${list(columns)}`,
    hint: `name the column with ${param}`,
  })

/** Files beside each other whose names say a part of some and none of others. */
export const parquetParts = (root: string, without: readonly string[]) =>
  new XpError({
    code: 'XP_PARQUET_PARTS',
    exit: 'data',
    message: `${root} has files of parts (train, test) beside others whose part is not known: ${list(without.slice(0, 5))}`,
    hint: 'rename them, as train-0.parquet, or move them out of the folder',
  })

export const parquetClasses = (one: string, other: string, column: string) =>
  new XpError({
    code: 'XP_PARQUET_CLASSES',
    exit: 'data',
    message: `${one} and ${other} do not name the same classes in ${JSON.stringify(column)}`,
    hint: 'they are not of one dataset: keep them in folders of their own',
  })

/** Rows whose image or label cannot be used; rows count from 1. */
export const wrongParquetRows = (
  problems: readonly { readonly file: string; readonly row: number; readonly column: string; readonly what: string }[],
) =>
  new XpError({
    code: 'XP_PARQUET_ROWS',
    exit: 'data',
    message: [
      'rows that cannot be used:',
      ...problems
        .slice(0, 10)
        .map(({ file, row, column, what }) => `  ${file}, row ${row}: ${JSON.stringify(column)} ${what}`),
      ...(problems.length > 10 ? ['  … and more'] : []),
    ].join('\n'),
    hint: 'rows count from 1; leave them out when you write the file',
    details: { rows: problems.slice(0, 10) },
  })
