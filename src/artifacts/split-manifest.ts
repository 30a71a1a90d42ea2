import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'
import { compareCodePoints } from '../std/code-points.ts'
import type { Dataset } from './dataset.ts'

/** Where one image of a split is, and what it shows. */
export interface SplitRow {
  /** Relative to the dataset's folder, with `/`. */
  readonly file: string
  /** Name of the class. */
  readonly label: string
  readonly part: string
}

/** A split for people and for version control: one row for each image, by path, so that added images are added lines. */
export type SplitManifest = readonly SplitRow[]

const columns = ['file', 'label', 'part'] as const

export const SplitManifest: ArtifactType<SplitManifest> = {
  name: 'split-manifest@1',
  summary: 'A table of the images and the parts that they are in, split.csv.',
  write: (dir, rows) =>
    writeFile(
      join(dir, 'split.csv'),
      [columns.join(','), ...rows.map((row) => columns.map((name) => csvCell(row[name])).join(',')), ''].join('\n'),
    ),
  async read(dir) {
    const { parse } = await import('csv-parse/sync')
    return parse(await readFile(join(dir, 'split.csv')), { columns: true })
  },
}

const csvCell = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

export const splitManifestOf = ({ classes, parts }: Dataset): SplitManifest =>
  Object.entries(parts)
    .flatMap(([part, examples]) => examples.map(({ file, label }) => ({ file, label: classes[label] ?? '', part })))
    .sort((a, b) => compareCodePoints(a.file, b.file))
