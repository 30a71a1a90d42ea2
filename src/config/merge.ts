import { type Located, type LocatedEntry, type LocatedMap, type Path, withoutKey } from './located.ts'

const usesOf = (entry: Located): unknown => {
  const uses = entry.kind === 'map' ? entry.entries.get('uses')?.value : undefined
  return uses?.kind === 'scalar' ? uses.value : undefined
}

/** Params belong to the kind of stage that they were written for: another kind starts without them. */
function suited(base: LocatedMap, over: LocatedMap, path: Path): LocatedMap {
  const isStage = path.length === 2 && path[0] === 'stages'
  const uses = usesOf(over)
  if (!isStage || uses === undefined || uses === usesOf(base)) return base
  return withoutKey(base, 'with')
}

/**
 * `over` laid over `base`: maps key by key, everything else as a whole; a key that is null is taken away where the base
 * has it. Keys stand in the order of the base, new ones after them.
 */
export function merged(base: LocatedMap, over: LocatedMap, path: Path = []): LocatedMap {
  const entries = new Map<string, LocatedEntry>(suited(base, over, path).entries)
  for (const [key, entry] of over.entries) {
    const before = entries.get(key)?.value
    const { value } = entry
    const isNull = value.kind === 'scalar' && value.value === null && value.broken !== true
    if (isNull && base.entries.has(key)) entries.delete(key)
    else if (value.kind === 'map' && before?.kind === 'map')
      entries.set(key, { key: entry.key, value: merged(before, value, [...path, key]) })
    else entries.set(key, entry)
  }
  return { ...over, entries }
}
