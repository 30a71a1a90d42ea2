import { compareCodePoints } from '../std/code-points.ts'
import type { Dataset } from './dataset.ts'

/** Equal or nearly equal images that lie in more than one part: a model is tested on what it was trained on. */
export interface Leak {
  /** Names of the parts, in the dataset's order. */
  readonly parts: readonly string[]
  /** All images of the set, in the order of the parts, then by path. */
  readonly images: readonly { readonly part: string; readonly file: string }[]
}

/** The sets of lookalikes that lie in more than one part, in the order of their numbers. */
export function leaksBetween(parts: Dataset['parts']): readonly Leak[] {
  const sets = new Map<number, { part: string; file: string }[]>()
  for (const [part, examples] of Object.entries(parts))
    for (const { file, lookalikes } of examples.toSorted((a, b) => compareCodePoints(a.file, b.file))) {
      if (lookalikes === undefined) continue
      const set = sets.get(lookalikes) ?? []
      set.push({ part, file })
      sets.set(lookalikes, set)
    }
  return [...sets]
    .sort(([a], [b]) => a - b)
    .map(([, images]) => ({ parts: [...new Set(images.map(({ part }) => part))], images }))
    .filter((leak) => leak.parts.length > 1)
}
