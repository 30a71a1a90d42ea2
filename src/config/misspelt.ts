import { nearest } from '../errors/nearest.ts'
import type { Located } from './located.ts'

/** The key of a map that most likely means `key`: it is reported itself, and nothing is missing beside it. */
export const misspelt = (node: Located | undefined, key: string, valid: readonly string[]): string | undefined =>
  node?.kind !== 'map'
    ? undefined
    : [...node.entries.keys()].find((k) => !valid.includes(k) && nearest(k, valid) === key)
