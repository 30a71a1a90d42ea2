import { compareCodePoints } from '../std/code-points.ts'
import type { Dataset } from './dataset.ts'

/** Equal or nearly equal images that lie in more than one part: a model is tested on what it was trained on. */
export interface Leak {
  /** Names of the parts, in the dataset's order. */
  readonly parts: readonly string[]
  /** All images of the set, in the order of the parts, then by path. */
  readonly images: readonly { readonly part: string; readonly file: string }[]
}

/** The sets of lookalikes, or of images equal in content, that lie in more than one part, by their first image. */
export function leaksBetween(parts: Dataset['parts']): readonly Leak[] {
  const sets = new Map<number | string, { part: string; file: string }[]>()
  for (const [part, examples] of Object.entries(parts))
    for (const { file, lookalikes, sha256 } of examples.toSorted((a, b) => compareCodePoints(a.file, b.file))) {
      const set = sets.get(lookalikes ?? sha256)
      if (set === undefined) sets.set(lookalikes ?? sha256, [{ part, file }])
      else set.push({ part, file })
    }
  return [...sets.values()]
    .map((images) => ({ parts: [...new Set(images.map(({ part }) => part))], images }))
    .filter((leak) => leak.parts.length > 1)
}

/** A group whose images lie in several parts, which it should not. */
export interface TornGroup {
  readonly group: string
  readonly parts: readonly string[]
}

/** The groups of which several parts have images, by name. */
export function tornGroups(parts: Dataset['parts']): readonly TornGroup[] {
  const partsOf = new Map<string, Set<string>>()
  for (const [part, examples] of Object.entries(parts))
    for (const { group } of examples) {
      if (group === undefined) continue
      const known = partsOf.get(group)
      if (known === undefined) partsOf.set(group, new Set([part]))
      else known.add(part)
    }
  return [...partsOf]
    .filter(([, names]) => names.size > 1)
    .map(([group, names]) => ({ group, parts: [...names] }))
    .sort((a, b) => compareCodePoints(a.group, b.group))
}

/** Files of equal content that are in different classes, each with the name of its class. */
export function conflictingLabels({
  classes,
  parts,
}: Pick<Dataset, 'classes' | 'parts'>): readonly (readonly { readonly file: string; readonly label: string }[])[] {
  const byContent = new Map<string, { file: string; label: string }[]>()
  for (const { sha256, file, label } of Object.values(parts).flat()) {
    const entry = { file, label: classes[label] ?? '' }
    const same = byContent.get(sha256)
    if (same === undefined) byContent.set(sha256, [entry])
    else same.push(entry)
  }
  return [...byContent.values()].filter((same) => same.some(({ label }) => label !== same[0]?.label))
}
