import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Example } from '../artifacts/dataset.ts'
import { oneClassOnly } from '../errors/data.ts'
import { parquetClasses, parquetColumn, wrongParquetRows } from '../errors/parquet.ts'
import type { SourceTree } from '../registry/stage.ts'
import { compareCodePoints } from '../std/code-points.ts'
import { sha256, type TreeFile } from '../std/hash.ts'
import { type ImageFormat, sniffFormat, whyRefused } from './format.ts'
import { labelOf } from './label-cell.ts'
import { classNames, type LabelledFolder } from './labelled-folder.ts'
import { openParquet, type ParquetTable } from './parquet.ts'
import { filesByPart } from './parquet-parts.ts'

export interface ImageColumns {
  /** Holds the bytes of an image file, or Hugging Face's `{ bytes, path }`. */
  readonly image: string
  readonly label: string
  readonly group?: string
}

interface OpenFile {
  readonly part: string
  /** What a reader knows it by. */
  readonly path: string
  readonly table: ParquetTable
}

const extensions: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'jpg',
  png: 'png',
  gif: 'gif',
  webp: 'webp',
  tiff: 'tif',
  avif: 'avif',
  bmp: 'bmp',
  netpbm: 'ppm',
}

/**
 * Opens the parquet files of a folder; rows are not read.
 * @returns the files in order, and the classes that they declare
 * @throws XpError where files, columns or classes do not fit
 */
export async function openParquetFolder(source: SourceTree, columns: ImageColumns) {
  const root = source.named ?? source.root
  const parts = filesByPart(
    root,
    source.files.map(({ path }) => path),
  )
  const files: OpenFile[] = []
  for (const [part, paths] of parts)
    for (const inside of paths) {
      const path = join(root, inside)
      const table = await openParquet(path, join(source.root, inside))
      for (const [role, column] of Object.entries(columns))
        if (!table.columns.includes(column)) throw parquetColumn(path, `${role}Column`, column, table.columns)
      files.push({ part, path, table })
    }
  const [first] = files
  const declared = first?.table.classNames(columns.label)
  for (const { path, table } of files)
    if (JSON.stringify(table.classNames(columns.label)) !== JSON.stringify(declared))
      throw parquetClasses(first?.path ?? '', path, columns.label)
  return { root, files, declared }
}

/** The bytes of an image file in a cell; else what is wrong with it. */
function imageIn(cell: unknown): { readonly bytes: Uint8Array } | { readonly wrong: string } {
  if (cell === null || cell === undefined) return { wrong: 'is empty' }
  if (cell instanceof Uint8Array) return { bytes: cell }
  const { bytes, path } = cell as { readonly bytes?: unknown; readonly path?: unknown }
  if (bytes instanceof Uint8Array) return { bytes }
  if (typeof path === 'string') return { wrong: `holds no bytes, only the path ${JSON.stringify(path)}` }
  return { wrong: typeof cell === 'object' ? 'is empty' : 'holds no bytes of an image' }
}

/**
 * Writes the images of a folder of parquet files as files, and labels them. Only the rows of one row group are in memory.
 * @param dir where `<part>/<row>.<format>` are written; rows of a part count from 0 through all its files
 * @throws XpError naming the rows that have no use; the signal's reason when it is aborted
 */
export async function unpackParquet(
  source: SourceTree,
  columns: ImageColumns,
  dir: string,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(done: number, total: number): void },
): Promise<{ readonly files: readonly TreeFile[]; readonly labelled: LabelledFolder }> {
  const { root, files, declared } = await openParquetFolder(source, columns)
  const total = files.reduce((sum, { table }) => sum + table.rows, 0)
  const written: TreeFile[] = []
  const labelled: { part: string; file: string; sha256: string; label: string; group: string | undefined }[] = []
  const problems: { file: string; row: number; column: string; what: string }[] = []
  const rowsOf = new Map<string, number>()
  for (const { part, path, table } of files) {
    await mkdir(join(dir, part), { recursive: true })
    for await (const { first, rows } of table.groups(Object.values(columns))) {
      signal.throwIfAborted()
      const start = rowsOf.get(part) ?? 0
      rowsOf.set(part, start + rows.length)
      await Promise.all(
        rows.map(async (row, i) => {
          const problem = (column: string, what: string) =>
            void problems.push({ file: path, row: first + i + 1, column, what })
          const label = labelOf(row[columns.label], declared)
          const image = imageIn(row[columns.image])
          if ('wrong' in label) problem(columns.label, label.wrong)
          if ('wrong' in image) problem(columns.image, image.wrong)
          const group = columns.group === undefined ? undefined : labelOf(row[columns.group], undefined)
          if (columns.group !== undefined && group && 'wrong' in group) problem(columns.group, group.wrong)
          if ('wrong' in label || 'wrong' in image || (group && 'wrong' in group)) return
          const format = sniffFormat(image.bytes)
          if (format === undefined) return problem(columns.image, `holds no image: ${whyRefused(image.bytes)}`)
          const file = `${part}/${String(start + i).padStart(7, '0')}.${extensions[format]}`
          const digest = sha256(image.bytes)
          written.push({ path: file, size: image.bytes.length, sha256: digest })
          labelled.push({ part, file, sha256: digest, label: label.label.normalize('NFC'), group: group?.label })
          await writeFile(join(dir, file), image.bytes)
        }),
      )
      if (problems.length > 0) throw wrongParquetRows(problems.sort((a, b) => a.row - b.row))
      onProgress(labelled.length, total)
    }
  }
  const classes = classNames(
    labelled.map(({ label }) => label),
    declared,
  )
  if (classes.length < 2) throw oneClassOnly(root, classes[0] ?? '')
  const places = new Map(classes.map((name, place) => [name, place]))
  const parts = Object.fromEntries([...rowsOf.keys()].map((part): [string, Example[]] => [part, []]))
  for (const { part, file, sha256, label, group } of labelled)
    parts[part]?.push({ file, sha256, label: places.get(label) ?? 0, ...(group !== undefined && { group }) })
  for (const examples of Object.values(parts))
    examples.sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file))
  return { files: written, labelled: { classes, parts, skipped: [] } }
}
