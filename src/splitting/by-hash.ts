import type { Example } from '../artifacts/dataset.ts'
import { compareCodePoints } from '../std/code-points.ts'
import { sha256 } from '../std/hash.ts'
import type { Fractions, Parts } from './deal.ts'
import type { Unit } from './units.ts'

/**
 * Puts each unit where a hash of the seed and of what it is says, its group or else its content: parts come to their
 * shares on average, equal images to one part, and whatever is added or removed, no image of a group, and none that is
 * like no other, changes its part.
 * @param fractions of each part, adding up to 1
 */
export function splitByHash(units: readonly Unit[], fractions: Fractions, seed: number): Parts {
  const names = Object.keys(fractions)
  const ends: number[] = []
  for (const fraction of Object.values(fractions)) ends.push((ends.at(-1) ?? 0) + fraction)
  const parts: Record<string, Example[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (const unit of units) {
    const u = uniformOf(seed, identityOf(unit))
    const place = ends.findIndex((end) => u < end)
    parts[names[place < 0 ? names.length - 1 : place] as string]?.push(...unit)
  }
  for (const members of Object.values(parts))
    members.sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file))
  return parts
}

const identityOf = (unit: Unit): string =>
  unit
    .map(({ group, sha256: content }) => (group === undefined ? `content ${content}` : `group ${group}`))
    .reduce((a, b) => (compareCodePoints(a, b) <= 0 ? a : b))

/** In [0, 1): the first 52 bits of a digest. */
const uniformOf = (seed: number, identity: string): number =>
  Number.parseInt(sha256(JSON.stringify([seed, identity])).slice(0, 13), 16) / 2 ** 52
