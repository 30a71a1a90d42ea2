import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { damagedParquet } from '../errors/parquet.ts'

export type ParquetRow = Readonly<Record<string, unknown>>

/** A parquet file, of which only the metadata are read. */
export interface ParquetTable {
  readonly columns: readonly string[]
  readonly rows: number
  /** Names of the classes that the numbers of a column stand for, where it is Hugging Face's ClassLabel. */
  classNames(column: string): readonly string[] | undefined
  /** The rows of some columns, one row group at a time, each with the number of its first row. */
  groups(columns: readonly string[]): AsyncGenerator<{ readonly first: number; readonly rows: readonly ParquetRow[] }>
}

interface Feature {
  readonly _type?: unknown
  readonly names?: unknown
}

/** What Hugging Face's datasets library says of the columns, in the key-value metadata. */
function featuresOf(text: string | undefined): Readonly<Record<string, Feature>> {
  try {
    const { info } = JSON.parse(text ?? '{}') as { info?: { features?: Record<string, Feature> } }
    return info?.features ?? {}
  } catch {
    return {}
  }
}

const leavesOf = (tree: SchemaTree): readonly string[] =>
  tree.children.length === 0 ? [tree.path.join('.')] : tree.children.flatMap(leavesOf)

/** Whether every row group has the columns of the schema: what belongs to none hyparquet reads unobserved. */
function columnsAgree(metadata: FileMetaData): boolean {
  const leaves = parquetSchema(metadata).children.flatMap(leavesOf).join('\n')
  return metadata.row_groups.every(
    ({ columns }) => columns.map(({ meta_data }) => meta_data?.path_in_schema.join('.')).join('\n') === leaves,
  )
}

/**
 * @param path what a reader knows it by
 * @param location where it lies
 * @throws XpError where the file is damaged or no parquet file
 */
export async function openParquet(path: string, location = path): Promise<ParquetTable> {
  const asParquet = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof Error) || 'syscall' in error) throw error
      throw damagedParquet(path, error.message)
    }
  }
  return asParquet(async () => {
    const file = await asyncBufferFromFile(location)
    const metadata = await parquetMetadataAsync(file)
    if (!columnsAgree(metadata)) throw damagedParquet(path, 'a row group has other columns than the schema')
    const features = featuresOf(metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value)
    return {
      columns: parquetSchema(metadata).children.map(({ element }) => element.name),
      rows: Number(metadata.num_rows),
      classNames(column) {
        const feature = Object.hasOwn(features, column) ? features[column] : undefined
        const { _type, names } = feature ?? {}
        return _type === 'ClassLabel' && Array.isArray(names) ? names.map(String) : undefined
      },
      async *groups(columns) {
        let first = 0
        for (const { num_rows } of metadata.row_groups) {
          const [rowStart, rowEnd] = [first, first + Number(num_rows)]
          const options = { file, metadata, compressors, columns: [...columns], rowStart, rowEnd, utf8: false }
          const rows = await asParquet(() => parquetReadObjects(options))
          if (rows.length !== rowEnd - rowStart)
            throw damagedParquet(path, 'a row group has not the rows that it names')
          yield { first, rows }
          first = rowEnd
        }
      },
    }
  })
}
