import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, parseDocument, type Scalar } from 'yaml'
import type { XpError } from '../errors/xp-error.ts'
import { duplicateKey, inexactNumber, refusedKey, yamlSyntax, yamlTooBig } from '../errors/yaml.ts'
import type { Located, LocatedEntry } from './located.ts'
import { brokenAt, withUse } from './located.ts'
import { locate, type Source, type Span } from './source.ts'
import { conflictError, syntaxError } from './yaml-problems.ts'

const maxDepth = 64
/** Values after aliases are expanded. */
const maxNodes = 20_000
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype'])

export interface Parsed {
  /** Absent when the text is not YAML, or holds no value. */
  readonly root?: Located
  readonly errors: readonly XpError[]
}

/** Turns one YAML document into located values, with every problem that can be told without a schema. */
class Reader {
  readonly errors: XpError[] = []
  private readonly anchors = new Map<string, Node>()
  private readonly open = new Set<Node>()
  private nodes = 0
  /** The outermost alias being written out. */
  private expanding: Span | undefined
  private overflowed = false

  constructor(
    private readonly source: Source,
    private readonly offset: number,
  ) {}

  private span(node: { range?: readonly number[] | null | undefined }): Span {
    const [start = 0, end = start] = node.range ?? []
    return { source: this.source, start: start + this.offset, end: end + this.offset }
  }

  /** `place` is the key of the value, which stands for an empty one. */
  read(node: Node, place: Span, depth: number, expanded = false): Located {
    if (this.overflowed) return brokenAt(place)
    const own = this.span(node)
    if (depth > maxDepth) {
      this.overflowed = true
      this.errors.push(yamlTooBig(locate(own), 'the values are nested too deeply', `at most ${maxDepth} levels`))
      return brokenAt(place)
    }
    if (++this.nodes > maxNodes) {
      this.overflowed = true
      const what = `the file holds more than ${maxNodes} values once its aliases (*name) are written out`
      this.errors.push(yamlTooBig(locate(this.expanding ?? place), what, 'write fewer aliases of aliases'))
      return brokenAt(place)
    }
    if (isAlias(node)) return this.readAlias(node.source, own, depth) ?? brokenAt(place)
    const { anchor } = node as { anchor?: string }
    if (anchor !== undefined && !expanded) this.anchors.set(anchor, node)
    this.open.add(node)
    const value = this.readOwn(node, own, place, depth, expanded)
    this.open.delete(node)
    return value
  }

  private readOwn(node: Node, own: Span, place: Span, depth: number, expanded: boolean): Located {
    if (isMap(node)) {
      const entries = this.readEntries(node.items, depth, expanded)
      return entries === undefined ? brokenAt(own) : { kind: 'map', span: own, entries }
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node, this.span(item as Node), depth + 1, expanded))
      return { kind: 'list', span: own, items }
    }
    return this.readScalar(node as Scalar, own, place)
  }

  private readEntries(pairs: readonly { key: unknown; value: unknown }[], depth: number, expanded: boolean) {
    const entries = new Map<string, LocatedEntry>()
    for (const pair of pairs) {
      const key = pair.key as Node
      const place = this.span(key as ParsedNode)
      if (!isScalar(key)) {
        this.errors.push(this.oddKey(place))
        return undefined
      }
      const name = key.source ?? String(key.value)
      const before = entries.get(name)
      if (refusedKeys.has(name)) this.errors.push(refusedKey(locate(place), name))
      else if (before !== undefined) {
        this.errors.push(duplicateKey(locate(place, 'again', [{ span: before.key, label: 'first' }]), name))
      }
      const value = pair.value as Node | null
      const located: Located =
        value === null
          ? { kind: 'scalar', value: null, text: '', quoted: false, span: place }
          : this.read(value, place, depth + 1, expanded)
      if (!refusedKeys.has(name) && before === undefined) entries.set(name, { key: place, value: located })
    }
    return entries
  }

  private oddKey(place: Span): XpError {
    const template = this.source.text.slice(place.start - 1, place.start + 1) === '{{'
    return template
      ? yamlSyntax(locate(place), '{{ }} is the template of another tool', `variables are written "\${vars.name}"`)
      : yamlSyntax(
          locate(place),
          'a key must be a plain name',
          'write `key: value`; quote a text that starts with { or [',
        )
  }

  private readAlias(name: string, own: Span, depth: number): Located | undefined {
    const target = this.anchors.get(name)
    if (target === undefined) {
      const known = [...this.anchors.keys()]
      const hint =
        known.length === 0
          ? `mark the value first: &${name}; or quote a text that starts with "*"`
          : `anchors so far: ${known.map((k) => `&${k}`).join(', ')}`
      this.errors.push(yamlSyntax(locate(own), `*${name} refers to an anchor that does not stand above`, hint))
      return undefined
    }
    if (this.open.has(target)) {
      this.errors.push(
        yamlSyntax(locate(own), `*${name} refers to the value it stands in`, 'a value cannot contain itself'),
      )
      return undefined
    }
    const outer = this.expanding
    this.expanding ??= own
    const value = withUse(this.read(target, own, depth + 1, true), { span: own })
    this.expanding = outer
    return value
  }

  private readScalar(node: Scalar, own: Span, place: Span): Located {
    const text = node.source ?? ''
    const quoted = node.type !== 'PLAIN'
    const span = own.end > own.start ? own : place
    const raw = node.value
    if (typeof raw === 'number' && !Number.isFinite(raw)) {
      this.errors.push(inexactNumber(locate(span), text, 'is not a finite number', 'write a number, or quote the text'))
      return brokenAt(span)
    }
    if (
      typeof raw === 'number' &&
      Number.isInteger(raw) &&
      !Number.isSafeInteger(raw) &&
      /^[-+]?\w+$/.test(text) &&
      !/e/i.test(text)
    ) {
      const hint = `it would be read as ${BigInt(raw)}; quote it if it is a name`
      this.errors.push(inexactNumber(locate(span), text, 'is too large for a whole number', hint))
      return brokenAt(span)
    }
    const plain = raw === null || typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean'
    return { kind: 'scalar', value: plain ? raw : text, text, quoted, span }
  }
}

/** Reads YAML 1.2 (core schema); with `from`, only the text of `source` from that offset, as for `--set a=value`. */
export function parseYaml(source: Source, from = 0): Parsed {
  const conflict = conflictError(source)
  if (conflict !== undefined) return { errors: [conflict] }
  const document = parseDocument(source.text.slice(from), {
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    uniqueKeys: false,
  })
  const [problem] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  if (problem !== undefined) return { errors: [syntaxError(problem, source, from)] }
  if (document.contents === null) return { errors: [] }
  const reader = new Reader(source, from)
  const start: Span = { source, start: from, end: source.text.length }
  const root = reader.read(document.contents as Node, start, 0)
  return { root, errors: reader.errors }
}
