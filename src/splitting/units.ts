import type { Example } from '../artifacts/dataset.ts'

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
  const parent = examples.map((_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number
      at = parent[at] as number
    }
    return at
  }
  const first = new Map<string, number>()
  for (const [i, example] of examples.entries())
    for (const bond of bondsOf(example, lookalikes)) {
      const other = first.get(bond)
      if (other === undefined) first.set(bond, i)
      else parent[Math.max(root(i), root(other))] = Math.min(root(i), root(other))
    }
  const units = new Map<number, Example[]>()
  for (const [i, example] of examples.entries()) {
    const unit = units.get(root(i))
    if (unit === undefined) units.set(root(i), [example])
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
