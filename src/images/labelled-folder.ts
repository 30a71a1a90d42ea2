import { join } from 'node:path'
import type { Example } from '../artifacts/dataset.ts'
import {
  classesWithoutImages,
  emptyImageFolder,
  groupsWithoutTable,
  noClassFolders,
  oneClassOnly,
  partsBesideClasses,
  twinClasses,
  twinParts,
} from '../errors/data.ts'
import { malformedTable, severalTables } from '../errors/label-table.ts'
import { compareCodePoints } from '../std/code-points.ts'
import type { TreeFile } from '../std/hash.ts'
import { isClutter } from '../std/tree.ts'
import { classFolders } from './folder.ts'
import { needImages, readLabelTable } from './label-table.ts'
import { partFolders } from './part-folders.ts'

/** File names that Hugging Face's imagefolder reads labels from. */
const metadataFiles = ['metadata.csv', 'metadata.jsonl', 'metadata.parquet']

/** A folder of images with what labels them. */
export interface LabelledFolder {
  /** Class names in label order. */
  readonly classes: readonly string[]
  /** By path; the one part `all` where no folders are parts. */
  readonly parts: Readonly<Record<string, readonly Example[]>>
  /** Files that are no labelled images. */
  readonly skipped: readonly string[]
}

/**
 * Labels the images of a listing as Hugging Face's imagefolder: by the folders that they lie in, or by the column
 * `columns.label` of a `metadata.csv`, `.jsonl` or `.parquet` in the folder itself or in those of its parts. Names of classes
 * are composed (NFC), however the folders' are.
 * @param named what a reader knows `root` by
 * @throws XpError where that is not at least two classes with images
 */
export async function labelledFolder(
  root: string,
  files: readonly TreeFile[],
  columns: { readonly label: string; readonly group?: string | undefined },
  named = root,
): Promise<LabelledFolder> {
  const seen = files.filter(({ path }) => !path.split('/').some(isClutter))
  if (seen.length === 0) throw emptyImageFolder(named)
  const tables = metadataPaths(named, seen)
  const { parts, others, twins } = partFolders(seen, tables.length > 0)
  if (others.length > 0) throw partsBesideClasses(named, [...parts.values()], others)
  if (twins[0] !== undefined) throw twinParts(named, twins[0])
  const prefixes = new Map([...parts].map(([part, folder]) => [part, `${folder}/`]))
  if (prefixes.size === 0) prefixes.set('all', '')
  if (columns.group !== undefined && tables.length === 0) throw groupsWithoutTable(named, columns.group)
  const { labels, groups, declared }: Labelling =
    tables.length > 0
      ? await labelsOf({ root, named }, seen, tables, columns)
      : { labels: labelsOfFolders(seen, prefixes) }
  const names = tables.length > 0 ? classNames(labels.values(), declared) : folderNames(named, seen, prefixes, labels)
  if (names.length === 0)
    throw tables[0] === undefined
      ? noClassFolders(named)
      : malformedTable(join(named, tables[0]), 1, 'it labels no image')
  if (names.length === 1) throw oneClassOnly(named, names[0] ?? '')
  const labelOf = new Map(names.map((name, label) => [name, label]))
  const examples = (prefix: string): readonly Example[] =>
    seen
      .flatMap(({ path, sha256 }) => {
        const name = path.startsWith(prefix) ? labels.get(path) : undefined
        const group = groups?.get(path)
        return name === undefined
          ? []
          : [{ file: path, sha256, label: labelOf.get(name) ?? 0, ...(group && { group }) }]
      })
      .sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file))
  return {
    classes: names,
    parts: Object.fromEntries([...prefixes].map(([part, prefix]) => [part, examples(prefix)])),
    skipped: seen
      .flatMap(({ path }) => (labels.has(path) || tables.includes(path) ? [] : [path]))
      .sort(compareCodePoints),
  }
}

type Labels = ReadonlyMap<string, string>

/** Of images by path; `declared`: all classes in label order, where the data says them. */
interface Labelling {
  readonly labels: Labels
  readonly groups?: ReadonlyMap<string, string>
  readonly declared?: readonly string[] | undefined
}

function labelsOfFolders(files: readonly TreeFile[], prefixes: ReadonlyMap<string, string>): Labels {
  const labels = new Map<string, string>()
  for (const prefix of prefixes.values()) {
    const { classes, images } = classFolders(files, prefix)
    for (const [i, members] of images.entries())
      for (const { path } of members) labels.set(path, (classes[i] ?? '').normalize('NFC'))
  }
  return labels
}

/** Class folders of all parts, by code point. @throws XpError naming those without an image */
function folderNames(
  root: string,
  files: readonly TreeFile[],
  prefixes: ReadonlyMap<string, string>,
  labels: Labels,
): readonly string[] {
  const folders = [...prefixes.values()].flatMap((prefix) => classFolders(files, prefix).classes)
  const used = new Set(labels.values())
  const without = [...new Set(folders)].filter((name) => !used.has(name.normalize('NFC')))
  if (without.length > 0) throw classesWithoutImages(root, without)
  const folded = new Map<string, string>()
  for (const name of used) {
    const twin = folded.get(name.toLowerCase())
    if (twin !== undefined) throw twinClasses(root, [twin, name])
    folded.set(name.toLowerCase(), name)
  }
  return [...used].sort(compareCodePoints)
}

/**
 * The names among labels in label order: by code point; whole numbers by their size.
 * @param declared all names in label order, where the data says them
 */
export function classNames(labels: Iterable<string>, declared?: readonly string[]): readonly string[] {
  if (declared !== undefined) return [...new Set(declared.map((name) => name.normalize('NFC')))]
  const names = [...new Set(labels)]
  const areNumbers = names.every((name) => /^(0|[1-9]\d{0,8})$/.test(name))
  return names.sort(areNumbers ? (a, b) => Number(a) - Number(b) : compareCodePoints)
}

/** Metadata files of the folder and of the folders in it. */
function metadataPaths(root: string, files: readonly TreeFile[]): readonly string[] {
  const paths = files
    .map(({ path }) => path)
    .filter((path) => {
      const steps = path.split('/')
      return steps.length <= 2 && metadataFiles.includes(steps.at(-1) ?? '')
    })
  const byFolder = new Map<string, string>()
  for (const path of paths.sort(compareCodePoints)) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const other = byFolder.get(folder)
    if (other !== undefined) throw severalTables(join(root, other), join(root, path))
    byFolder.set(folder, path)
  }
  return paths
}

async function labelsOf(
  { root, named }: { readonly root: string; readonly named: string },
  files: readonly TreeFile[],
  tables: readonly string[],
  { label, group }: { readonly label: string; readonly group?: string | undefined },
): Promise<Labelling> {
  const labels = new Map<string, string>()
  const groups = new Map<string, string>()
  const declared: (readonly string[] | undefined)[] = []
  for (const table of tables) {
    const where = join(named, table)
    const folder = table.slice(0, table.lastIndexOf('/') + 1)
    const columns = { file: 'file_name', label, ...(group === undefined ? {} : { group }) }
    const { rows, classes } = await readLabelTable(where, columns, join(root, table))
    declared.push(classes)
    for (const row of needImages(where, rows, files, { folder, labelled: labels })) {
      labels.set(row.file, row.label)
      if (row.group !== undefined) groups.set(row.file, row.group)
    }
  }
  const agree = declared.every((classes) => JSON.stringify(classes) === JSON.stringify(declared[0]))
  return { labels, groups, declared: agree ? declared[0] : undefined }
}
