import type { Origin } from '../registry/experiment.ts'
import { describePlace, type Span } from './source.ts'

/** Where a value stands when it was written elsewhere: the `${vars.x}` or `*alias` that brought it here. */
export interface Use {
  readonly span: Span
  /** `vars.x`; absent for an alias, whose value is the file's own. */
  readonly via?: string
}

interface Placed {
  /** Where the value is written. */
  readonly span: Span
  readonly use?: Use
}

export interface LocatedScalar extends Placed {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As written, without quotes. */
  readonly text: string
  readonly quoted: boolean
  /** Absolute folder that a relative path starts from, where it is not that of the span's source. */
  readonly folder?: string
  /** Nobody wrote it: it follows from the artifact types. */
  readonly inferred?: true
  /** Reported already: `value` means nothing. */
  readonly broken?: true
}
export interface LocatedList extends Placed {
  readonly kind: 'list'
  readonly items: readonly Located[]
}
export interface LocatedEntry {
  readonly key: Span
  readonly value: Located
}
export interface LocatedMap extends Placed {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, LocatedEntry>
}

/** A YAML value that knows where each of its parts is written. */
export type Located = LocatedScalar | LocatedList | LocatedMap

export type Path = readonly string[]
export const dotted = (path: Path) => path.join('.')

export function toPlain(node: Located): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(toPlain)
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toPlain(value)]))
}

/** The key and value at a path; the key of a list item is that of the list. */
export function entryAt(root: LocatedMap, path: Path): LocatedEntry | undefined {
  let entry: LocatedEntry | undefined = { key: root.span, value: root }
  for (const segment of path) {
    const parent: Located | undefined = entry?.value
    if (parent?.kind === 'map') entry = parent.entries.get(segment)
    else if (parent?.kind === 'list') {
      const item: Located | undefined = parent.items[Number(segment)]
      entry = item === undefined ? undefined : { key: entry?.key ?? item.span, value: item }
    } else return undefined
  }
  return entry
}

export const valueAt = (root: LocatedMap, path: Path): Located | undefined => entryAt(root, path)?.value

/** A copy of a map without one of its keys. */
export const withoutKey = (map: LocatedMap, key: string): LocatedMap => ({
  ...map,
  entries: new Map([...map.entries].filter(([name]) => name !== key)),
})

/** A copy of `node` with `value` at `path`; missing maps on the way are made, with `key` as their place. */
export function withValueAt(node: Located | undefined, path: Path, key: Span, value: Located): Located {
  const [segment, ...rest] = path
  if (segment === undefined) return value
  if (node?.kind === 'list') {
    const items = node.items.map((item, i) => (String(i) === segment ? withValueAt(item, rest, key, value) : item))
    return { ...node, items }
  }
  const map: LocatedMap = node?.kind === 'map' ? node : { kind: 'map', entries: new Map(), span: key }
  const old = map.entries.get(segment)
  const entries = new Map(map.entries)
  entries.set(segment, { key: old?.key ?? key, value: withValueAt(old?.value, rest, key, value) })
  return { ...map, entries }
}

/** A copy whose every part says that it stands at `use`. */
export function withUse<T extends Located>(node: T, use: Use): T
export function withUse(node: Located, use: Use): Located {
  if (node.kind === 'scalar') return { ...node, use }
  if (node.kind === 'list') return { ...node, use, items: node.items.map((item) => withUse(item, use)) }
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { ...entry, value: withUse(entry.value, use) }] as const,
  )
  return { ...node, use, entries: new Map(entries) }
}

/** Where a value came from, in words for a reader. */
export function originOf(node: Located): Origin {
  const { span, use } = node
  if (node.kind === 'scalar' && node.inferred) return { from: 'inferred', text: 'inferred' }
  const set = span.source.kind === 'set'
  if (use?.via !== undefined) return { from: 'vars', text: set ? `${use.via}, --set` : use.via }
  return set ? { from: 'set', text: '--set' } : { from: 'file', text: describePlace(span) }
}

/** Absolute folder that a relative path written here starts from. */
export const folderOf = (node: LocatedScalar) => node.folder ?? node.span.source.folder

/** A value that was reported already; nothing more is said of it. */
export const brokenAt = (span: Span): LocatedScalar => ({
  kind: 'scalar',
  value: null,
  text: '',
  quoted: false,
  span,
  broken: true,
})
