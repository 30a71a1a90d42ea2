import type { Example } from '../artifacts/dataset.ts'
import { partNameOf } from '../artifacts/part-names.ts'
import { oneClassOnly } from '../errors/data.ts'
import { malformedTable, tableFormat } from '../errors/label-table.ts'
import { compareCodePoints } from '../std/code-points.ts'
import type { TreeFile } from '../std/hash.ts'
import { isTable, type LabelColumns, needImages, readLabelTable } from './label-table.ts'
import { classNames, type LabelledFolder } from './labelled-folder.ts'

/**
 * The images that a table lists, with the labels and parts that it gives them; of the folder's others nothing is said.
 * @param path the table, `.csv`, `.jsonl` or `.parquet`
 * @param files those of the folder that the table's paths start from
 */
export async function labelledTable(
  path: string,
  files: readonly TreeFile[],
  columns: LabelColumns,
): Promise<LabelledFolder> {
  if (!isTable(path)) throw tableFormat(path)
  const { rows: listed, classes: declared } = await readLabelTable(path, columns)
  if (listed.length === 0) throw malformedTable(path, 1, 'it labels no image')
  const rows = needImages(path, listed, files)
  const digests = new Map(files.map((file) => [file.path, file.sha256]))
  const classes = classNames(
    rows.map(({ label }) => label),
    declared,
  )
  if (classes.length === 1) throw oneClassOnly(path, classes[0] ?? '')
  const labelOf = new Map(classes.map((name, label) => [name, label]))
  const parts = new Map<string, Example[]>()
  for (const { file, label, part, group } of rows) {
    const name = part === undefined ? 'all' : (partNameOf(part) ?? part)
    const members = parts.get(name) ?? []
    members.push({ file, sha256: digests.get(file) ?? '', label: labelOf.get(label) ?? 0, ...(group && { group }) })
    parts.set(name, members)
  }
  const ordered = [...parts].map(([part, examples]): [string, readonly Example[]] => [
    part,
    examples.sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file)),
  ])
  return { classes, parts: Object.fromEntries(ordered.sort(([a], [b]) => partOrder(a) - partOrder(b))), skipped: [] }
}

const usual = ['train', 'validation', 'test']
const partOrder = (part: string): number => (usual.includes(part) ? usual.indexOf(part) : usual.length)
