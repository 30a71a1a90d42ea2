import { canonicalJson, type Json } from '../std/canonical-json.ts'
import type { Digest, TreeFile } from '../std/hash.ts'
import type { Origin, PortSource } from './experiment.ts'
import type { Ingredient } from './key.ts'

/** What makes a cause readable beyond the two lists. */
export interface MissContext {
  /** By dotted param path. */
  readonly origins: ReadonlyMap<string, Origin>
  /** By input port. */
  readonly inputs: Readonly<Record<string, readonly PortSource[]>>
  /** The files of a source tree, when they are still known. */
  files(tree: Digest): readonly TreeFile[] | undefined
}

/** `1e-5` rather than `0.00001`: learning rates are read as powers of ten. */
function say(value: Json | undefined): string {
  if (value === undefined) return 'absent'
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The first files that two trees do not share, each with its sign: `+ boot/9.jpg`. */
export function namedChanges(before: readonly TreeFile[], after: readonly TreeFile[], most: number): readonly string[] {
  const old = new Map(before.map((f) => [f.path, f.sha256]))
  const changes = after.flatMap(({ path, sha256 }) => {
    const was = old.get(path)
    old.delete(path)
    return was === undefined ? [`+ ${path}`] : was === sha256 ? [] : [`~ ${path}`]
  })
  return [...changes, ...[...old.keys()].map((path) => `− ${path}`)].slice(0, most)
}

/** `+12 −3 ~1`: files added, removed and changed. */
export function countChanges(before: readonly TreeFile[], after: readonly TreeFile[]): string {
  const old = new Map(before.map((f) => [f.path, f.sha256]))
  let [added, changed] = [0, 0]
  for (const { path, sha256 } of after) {
    const was = old.get(path)
    if (was === undefined) added++
    else if (was !== sha256) changed++
    old.delete(path)
  }
  const parts = [added > 0 && `+${added}`, old.size > 0 && `−${old.size}`, changed > 0 && `~${changed}`]
  return parts.filter((part) => part !== false).join(' ')
}

function describe(name: string, was: Json | undefined, now: Json | undefined, context: MissContext): string {
  const dot = name.indexOf('.')
  const [kind, rest] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
  switch (kind) {
    case 'params': {
      if (typeof was === 'object' && was !== null && 'sha256' in was) return `${rest} changed`
      if (typeof now === 'object' && now !== null && 'sha256' in now) return `${rest} changed`
      const origin = context.origins.get(rest)
      const told = origin !== undefined && origin.from !== 'file' && origin.from !== 'default'
      return `${rest} ${say(was)} → ${say(now)}${told ? ` (${origin.text})` : ''}`
    }
    case 'sources': {
      if (was === undefined || now === undefined) return `${rest} ${was === undefined ? 'added' : 'removed'}`
      const [before, after] = [context.files(was as string), context.files(now as string)]
      const counts = before === undefined || after === undefined ? '' : ` (${countChanges(before, after)} files)`
      return `${rest}: content changed${counts}`
    }
    case 'inputs': {
      const from = [...new Set((context.inputs[rest] ?? []).map((source) => source.stage))].join(', ')
      return `${rest} input changed${from === '' ? '' : ` (from ${from})`}`
    }
    case 'engine':
      return `engine (${rest}) ${say(was)} → ${say(now)}`
    case 'outputs':
      return `format of output ${rest} ${say(was)} → ${say(now)}`
    case 'code':
      return 'the code of its plugin changed'
    case 'format':
      return 'made by another version of xp'
    default:
      return `${name} ${say(was)} → ${say(now)}`
  }
}

/** One ingredient that two keys do not share. */
export interface Difference {
  readonly ingredient: string
  /** In words. */
  readonly text: string
  /** Absent where the ingredient was, or is, not there; never a secret. */
  readonly was?: Json
  readonly now?: Json
}

/** Why `current` is another key than `previous`: every difference, in the order in which a reader wants to hear of them. */
export function differences(
  previous: readonly Ingredient[],
  current: readonly Ingredient[],
  context: MissContext,
): readonly Difference[] {
  const before = new Map(previous)
  const found: Difference[] = []
  const differs = (ingredient: string, was: Json | undefined, now: Json | undefined) =>
    found.push({
      ingredient,
      text: describe(ingredient, was, now, context),
      ...(was !== undefined && { was }),
      ...(now !== undefined && { now }),
    })
  for (const [name, now] of current) {
    const was = before.get(name)
    if (was === undefined || canonicalJson(was) !== canonicalJson(now)) differs(name, was, now)
    before.delete(name)
  }
  for (const [name, was] of before) differs(name, was, undefined)
  const moved = found.length > 0 ? undefined : current.find(([name], i) => previous[i]?.[0] !== name)
  if (moved === undefined) return found
  return [{ ingredient: moved[0], text: `order of ${moved[0].replace(/^params\./, '')} changed` }]
}

/**
 * The first cause, in words, why `current` is another key than `previous`.
 * Undefined when the ingredients are equal.
 */
export const explainMiss = (
  previous: readonly Ingredient[],
  current: readonly Ingredient[],
  context: MissContext,
): string | undefined => differences(previous, current, context)[0]?.text

/** The candidate with the most equal ingredients; the first among equals. */
export function nearestPrevious<T extends { readonly ingredients: readonly Ingredient[] }>(
  candidates: readonly T[],
  current: readonly Ingredient[],
): T | undefined {
  const now = new Map(current.map(([name, value]) => [name, canonicalJson(value)]))
  const score = ({ ingredients }: T) =>
    ingredients.filter(([name, value]) => now.get(name) === canonicalJson(value)).length
  let best: { readonly candidate: T; readonly equal: number } | undefined
  for (const candidate of candidates) {
    const equal = score(candidate)
    if (best === undefined || equal > best.equal) best = { candidate, equal }
  }
  return best?.candidate
}
