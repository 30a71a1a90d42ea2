import { archiveKind } from './archive.ts'
import { folderKind } from './folder.ts'
import { hubDatasetKind, hubModelKind } from './hub/hub.ts'
import { safetensorsKind } from './safetensors-file.ts'
import type { SourceKind } from './source.ts'

/** Every kind of source; the first that claims a value reads it. */
export const sourceKinds: readonly SourceKind[] = [
  hubModelKind,
  hubDatasetKind,
  archiveKind,
  safetensorsKind,
  folderKind,
]

/** @returns the kind of source that a value names */
export async function kindOf(value: string): Promise<SourceKind> {
  for (const kind of sourceKinds) if (await kind.claims(value)) return kind
  return folderKind
}

/** The kinds of these names, for a reader: "a folder or an archive (.zip)". */
export const titlesOf = (names: readonly string[]): string =>
  sourceKinds
    .filter(({ name }) => names.includes(name))
    .map(({ title }) => title)
    .reverse()
    .join(' or ')
