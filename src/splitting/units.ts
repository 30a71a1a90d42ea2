import type { Example } from '../artifacts/dataset.ts'
import { DisjointSets } from '../std/disjoint-sets.ts'

/** Images that go to one part together; most units hold one image. */
export type Unit = readonly Example[]

/**
 * The images in units: those of one group belong together; with `lookalikes`, so do equal and nearly equal ones. What is
 * bound by either is one unit. Units, and the images within each, stand in the order of `examples`.
 */
export function unitsOf(
  examples: readonly Example[],
  { lookalikes }: { readonly lookalikes: boolean },
): readonly Unit[] {
  const sets = new DisjointSets(examples.length)
  const first = new Map<string, number>()
  for (const [i, example] of examples.entries())
    for (const bond of bondsOf(example, lookalikes)) {
      const other = first.get(bond)
      if (other === undefined) first.set(bond, i)
      else sets.join(i, other)
    }
  const units = new Map<number, Example[]>()
  for (const [i, example] of examples.entries()) {
    const unit = units.get(sets.first(i))
    if (unit === undefined) units.set(sets.first(i), [example])
    else unit.push(example)
  }
  return [...units.values()]
}

function bondsOf({ sha256, lookalikes, group }: Example, bindLookalikes: boolean): readonly string[] {
  const bonds = group === undefined ? [] : [`group ${group}`]
  if (bindLookalikes) bonds.push(`content ${sha256}`)
  if (bindLookalikes && lookalikes !== undefined) bonds.push(`lookalikes ${lookalikes}`)
  return bonds
}
