import { closest, distance } from 'fastest-levenshtein'

/** The valid name a typo most likely meant, or undefined when none is near. */
export function nearest(name: string, valid: readonly string[]): string | undefined {
  if (valid.length === 0) return undefined
  const found = closest(name, [...valid])
  return distance(name, found) <= Math.max(2, Math.floor(name.length / 3)) ? found : undefined
}

/** Hint text for an unknown name: the nearest valid one, else the list of all. */
export function didYouMean(name: string, valid: readonly string[]): string {
  const near = nearest(name, valid)
  return near === undefined ? `valid: ${[...valid].sort().join(', ')}` : `did you mean "${near}"?`
}
