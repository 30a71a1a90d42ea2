/** A value that two runs, or several, do not share; absent where a run has none. */
export interface Changed<T> {
  readonly name: string
  readonly values: readonly (T | undefined)[]
}

const union = (tables: readonly Readonly<Record<string, unknown>>[]) => [...new Set(tables.flatMap(Object.keys))]

/** What differs between tables, by name, in the order of the first that has it. */
export const changed = <T>(tables: readonly Readonly<Record<string, T>>[]): readonly Changed<T>[] =>
  union(tables).flatMap((name) => {
    const values = tables.map((table) => (Object.hasOwn(table, name) ? table[name] : undefined))
    return values.every((value) => value === values[0]) ? [] : [{ name, values }]
  })

/** Metrics that are worth comparing: scores, not the counts of what was loaded. */
export const isScore = (name: string): boolean => /\/(accuracy|f1|loss|precision|recall)$/.test(name)

/**
 * The scores of several runs, a row each. A name that says its stage too is left out where the short one says the same.
 */
export function scoreTable(runs: readonly Readonly<Record<string, number>>[]): readonly Changed<number>[] {
  const names = union(runs).filter((name) => isScore(name) && !/(^|\/)train\//.test(name))
  const short = (name: string) => name.slice(name.indexOf('/') + 1)
  return names
    .filter((name) => runs.some((run) => Object.hasOwn(run, name) && !Object.hasOwn(run, short(name))))
    .map((name) => ({ name, values: runs.map((metrics) => metrics[name]) }))
}

/** Which of the values is best; undefined when they are equal or the direction is not known. */
export function bestOf(
  values: readonly (number | undefined)[],
  better: 'higher' | 'lower' | undefined,
): number | undefined {
  const known = values.filter((value) => value !== undefined)
  if (better === undefined || new Set(known).size < 2) return undefined
  const best = better === 'higher' ? Math.max(...known) : Math.min(...known)
  return values.indexOf(best)
}
