import { badInterpolation, envOutsideTrack, unknownVar, varCycle } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import { describeValue } from './describe.ts'
import {
  brokenAt,
  folderOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  withUse,
} from './located.ts'
import { locate, type Span } from './source.ts'

/** One `${…}` in a text; `end` is exclusive. */
interface Reference {
  readonly text: string
  readonly inner: string
  readonly start: number
  readonly closed: boolean
}

function referencesIn(text: string): Reference[] {
  return [...text.matchAll(/\$\{([^}]*)(\}?)/g)].map((match) => ({
    text: match[0],
    inner: match[1] ?? '',
    start: match.index,
    closed: match[2] === '}',
  }))
}

export const envReference = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/su

/** Where a reference stands in the source; the whole value when escapes move it. */
function spanOf(node: LocatedScalar, reference: Reference): Span {
  const { source, start, end } = node.span
  const written = source.text.slice(start, end)
  const at = written.indexOf(reference.text, Math.max(0, reference.start))
  return at < 0 ? node.span : { source, start: start + at, end: start + at + reference.text.length }
}

/** Replaces `${vars.x}` in values; `${env:X}` stays as it is and may stand under `track` only. */
class Interpolator {
  readonly errors: XpError[] = []
  private readonly resolved = new Map<string, Located>()
  private readonly open: string[] = []

  constructor(private readonly vars: ReadonlyMap<string, LocatedEntry>) {}

  /** `env` says whether environment variables may stand here. */
  value(node: Located, env: boolean): Located {
    if (node.kind === 'list') return { ...node, items: node.items.map((item) => this.value(item, env)) }
    if (node.kind === 'map') {
      const entries = [...node.entries].map(([key, e]) => [key, { ...e, value: this.value(e.value, env) }] as const)
      return { ...node, entries: new Map(entries) }
    }
    return typeof node.value === 'string' ? this.text(node, node.value, env) : node
  }

  private text(node: LocatedScalar, text: string, env: boolean): Located {
    const references = referencesIn(text)
    const parts: { readonly reference: Reference; readonly value: Located | undefined }[] = []
    for (const reference of references) {
      const value = this.reference(spanOf(node, reference), reference, env)
      if (value === 'broken') return brokenAt(node.span)
      parts.push({ reference, value })
    }
    const [only] = parts
    if (only?.value !== undefined && only.reference.text === text) {
      return withUse(only.value, { span: spanOf(node, only.reference), via: only.reference.inner.trim() })
    }
    const used = parts.filter((part) => part.value !== undefined)
    return used.length === 0 ? node : this.join(node, text, used as { reference: Reference; value: Located }[])
  }

  private join(node: LocatedScalar, text: string, parts: readonly { reference: Reference; value: Located }[]): Located {
    let joined = ''
    let end = 0
    const via: string[] = []
    for (const { reference, value } of parts) {
      if (value.kind !== 'scalar' || value.value === null) {
        if (!(value.kind === 'scalar' && value.broken)) {
          const message = `${reference.text} is ${describeValue(value)}, which cannot stand inside a text`
          this.errors.push(
            badInterpolation(locate(spanOf(node, reference)), message, 'only texts, numbers and true/false can'),
          )
        }
        return brokenAt(node.span)
      }
      joined += text.slice(end, reference.start) + String(value.value)
      end = reference.start + reference.text.length
      via.push(`${reference.inner.trim()}${value.span.source.kind === 'set' ? ', --set' : ''}`)
    }
    joined += text.slice(end)
    const [first] = parts
    const folder =
      first?.reference.start === 0 && first.value.kind === 'scalar' ? folderOf(first.value) : folderOf(node)
    return { ...node, value: joined, text: joined, quoted: true, folder, use: { span: node.span, via: via.join(', ') } }
  }

  /** The value of a variable, undefined for an environment variable, which is read later. */
  private reference(span: Span, { inner, text, closed }: Reference, env: boolean): Located | undefined | 'broken' {
    const say = (error: XpError) => {
      this.errors.push(error)
      return 'broken' as const
    }
    if (!closed) return say(badInterpolation(locate(span), `"\${" is never closed`, 'add "}" after the name'))
    const name = inner.trim()
    const variable = /^vars\.(.+)$/su.exec(name)?.[1]
    if (variable !== undefined) return this.variable(variable, span)
    const environment = envReference.exec(name)?.[1]
    if (environment !== undefined) return env ? undefined : say(envOutsideTrack(locate(span), environment))
    const known = this.vars.has(name)
      ? `write \${vars.${name}}`
      : `write \${vars.NAME}, or under track: \${env:NAME}, \${env:NAME:-default}`
    return say(badInterpolation(locate(span), `${text} names neither a variable nor the environment`, known))
  }

  private variable(path: string, span: Span): Located | 'broken' {
    const [name = '', ...rest] = path.split('.')
    const entry = this.vars.get(name)
    if (entry === undefined) {
      this.errors.push(unknownVar(locate(span), name, [...this.vars.keys()]))
      return 'broken'
    }
    const cycle = this.open.indexOf(name)
    if (cycle >= 0) {
      this.errors.push(varCycle(locate(span), [...this.open.slice(cycle), name]))
      return 'broken'
    }
    let value = this.resolveVariable(name, entry)
    for (const [i, segment] of rest.entries()) {
      const inner: Located | undefined = value.kind === 'map' ? value.entries.get(segment)?.value : undefined
      if (inner === undefined) {
        if (value.kind === 'scalar' && value.broken) return 'broken'
        const prefix = [name, ...rest.slice(0, i)].join('.')
        const names = value.kind === 'map' ? [...value.entries.keys()].map((key) => `${prefix}.${key}`) : [prefix]
        this.errors.push(unknownVar(locate(span), `${prefix}.${segment}`, names))
        return 'broken'
      }
      value = inner
    }
    return value.kind === 'scalar' && value.broken ? 'broken' : value
  }

  resolveVariable(name: string, entry: LocatedEntry): Located {
    const known = this.resolved.get(name)
    if (known !== undefined) return known
    this.open.push(name)
    const value = this.value(entry.value, false)
    this.open.pop()
    this.resolved.set(name, value)
    return value
  }

  /** `uses` and `from` are the graph itself: they are written out. */
  refuse(node: Located, field: string): Located {
    if (node.kind === 'list') return { ...node, items: node.items.map((item) => this.refuse(item, field)) }
    if (node.kind === 'map') {
      const entries = [...node.entries].map(([key, e]) => [key, { ...e, value: this.refuse(e.value, field) }] as const)
      return { ...node, entries: new Map(entries) }
    }
    const [reference] = typeof node.value === 'string' ? referencesIn(node.value) : []
    if (reference === undefined) return node
    const message = `${reference.text} cannot stand in \`${field}\``
    this.errors.push(
      badInterpolation(
        locate(spanOf(node, reference)),
        message,
        `write it out; --set stages.<id>.${field}=… replaces it from outside`,
      ),
    )
    return brokenAt(node.span)
  }
}

const mapEntries = (node: LocatedMap, change: (key: string, value: Located) => Located): LocatedMap => ({
  ...node,
  entries: new Map([...node.entries].map(([key, entry]) => [key, { ...entry, value: change(key, entry.value) }])),
})

/** The experiment with its variables in place. Whole values keep their type; inside a text they become text. */
export function interpolate(root: LocatedMap): { readonly root: LocatedMap; readonly errors: readonly XpError[] } {
  const vars = root.entries.get('vars')?.value
  const table: LocatedMap['entries'] = vars?.kind === 'map' ? vars.entries : new Map()
  const interpolator = new Interpolator(table)
  const changed = mapEntries(root, (key, value) => {
    if (key === 'vars' && value.kind === 'map') {
      return mapEntries(value, (name) => interpolator.resolveVariable(name, table.get(name) as LocatedEntry))
    }
    if (key !== 'stages' || value.kind !== 'map') return interpolator.value(value, key === 'track')
    return mapEntries(value, (_, stage) =>
      stage.kind !== 'map'
        ? stage
        : mapEntries(stage, (field, inner) =>
            field === 'uses' || field === 'from' ? interpolator.refuse(inner, field) : interpolator.value(inner, false),
          ),
    )
  })
  return { root: changed, errors: interpolator.errors }
}
