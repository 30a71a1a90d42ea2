import { badMatrix, matrixTooLarge, wrongType } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import { type InputPorts, portOf } from '../registry/artifact.ts'
import type { MatrixCell } from '../registry/experiment.ts'
import type { Registry } from '../registry/registry.ts'
import type { Json } from '../std/canonical-json.ts'
import { describeValue } from './describe.ts'
import { type Located, type LocatedEntry, type LocatedMap, toPlain, valueAt, withValueAt } from './located.ts'
import { locate } from './source.ts'

/** Stages that one experiment may be expanded into. */
const mostStages = 500

/** One combination of a matrix's values. */
interface Cell {
  /** What the ids of its stages end in. */
  readonly label: string
  readonly values: ReadonlyMap<string, LocatedEntry>
}

/** A choice of one cell for each matrix that a stage depends on, by the id of the stage that has it. */
type Choice = ReadonlyMap<string, Cell>

export interface Expanded {
  readonly root: LocatedMap
  /** By the id of each stage that a matrix has made. */
  readonly cells: ReadonlyMap<string, MatrixCell>
  readonly errors: readonly XpError[]
}

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '')

/** Every combination of one item of each list, the last list fastest. */
function product<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (done, list) => done.flatMap((items) => list.map((item) => [...items, item])),
    [[]],
  )
}

/** The cells of a stage's `matrix`; what is wrong with it is added to `errors`. */
function cellsOf(id: string, { key, value }: LocatedEntry, errors: XpError[]): readonly Cell[] {
  const hint = 'write matrix: { learningRate: [1.0e-4, 3.0e-4] }: params of the stage, each with its values'
  if (value.kind !== 'map' || value.entries.size === 0) {
    if (!(value.kind === 'scalar' && value.broken))
      errors.push(wrongType(locate(value.span), `stages.${id}.matrix`, 'a map', describeValue(value), hint))
    return []
  }
  const axes: (readonly (readonly [string, LocatedEntry])[])[] = []
  for (const [param, entry] of value.entries) {
    const list = entry.value
    if (list.kind === 'list' && list.items.length > 0)
      axes.push(list.items.map((item) => [param, { key: entry.key, value: item }] as const))
    else if (!(list.kind === 'scalar' && list.broken))
      errors.push(badMatrix(locate(list.span), `stages.${id}.matrix.${param}`, describeValue(list), hint))
  }
  if (axes.length < value.entries.size) return []
  const size = axes.reduce((count, axis) => count * axis.length, 1)
  if (size > mostStages) {
    errors.push(matrixTooLarge(locate(key), size, mostStages))
    return []
  }
  const seen = new Set<string>()
  return product(axes).map((pairs, i) => {
    const text = slug(pairs.map(([, { value: one }]) => (one.kind === 'scalar' ? one.text : '')).join('-'))
    const label = text === '' || seen.has(text) ? `${text === '' ? '' : `${text}-`}${i + 1}` : text
    seen.add(label)
    return { label, values: new Map(pairs) }
  })
}

const idOf = (text: string) => text.split('.', 1)[0] ?? ''

/** Expands the stages that have a `matrix`, and those that depend on one of them, into one for each combination. */
class Expansion {
  readonly errors: XpError[] = []
  readonly #stages: LocatedMap['entries']
  readonly #registry: Registry
  readonly #root: LocatedMap
  readonly #own = new Map<string, readonly Cell[]>()
  readonly #axes = new Map<string, readonly string[]>()

  constructor(root: LocatedMap, stages: LocatedMap['entries'], registry: Registry) {
    this.#root = root
    this.#stages = stages
    this.#registry = registry
    for (const [id, { value }] of stages) {
      const matrix = value.kind === 'map' ? value.entries.get('matrix') : undefined
      if (matrix !== undefined) this.#own.set(id, cellsOf(id, matrix, this.errors))
    }
  }

  /** What a stage takes: each reference, and whether it is one of several that a port collects. */
  #references(id: string): readonly { readonly text: string; readonly collects: boolean }[] {
    const from = valueAt(this.#root, ['stages', id, 'from'])
    const uses = valueAt(this.#root, ['stages', id, 'uses'])
    const stage = uses?.kind === 'scalar' && typeof uses.value === 'string' ? this.#registry.get(uses.value) : undefined
    const ports = (stage?.inputs ?? {}) as InputPorts
    const many = (name: string) => Object.hasOwn(ports, name) && portOf(ports[name] as never).arity === 'many'
    const texts = (node: Located): string[] =>
      node.kind === 'list' ? node.items.flatMap(texts) : node.kind === 'scalar' ? [String(node.value)] : []
    if (from?.kind === 'map')
      return [...from.entries].flatMap(([name, { value }]) =>
        texts(value).map((text) => ({ text, collects: many(name) })),
      )
    const only = Object.keys(ports).filter((name) => portOf(ports[name] as never).arity !== 'optional')
    return from === undefined ? [] : texts(from).map((text) => ({ text, collects: only.every(many) }))
  }

  /** Ids of the stages whose matrix a stage is expanded by, its own last. */
  axesOf(id: string, open: readonly string[] = []): readonly string[] {
    const known = this.#axes.get(id)
    if (known !== undefined || open.includes(id) || !this.#stages.has(id)) return known ?? []
    const inherited = this.#references(id)
      .filter(({ collects }) => !collects)
      .flatMap(({ text }) => this.axesOf(idOf(text), [...open, id]))
    const axes = [...new Set([...inherited, ...(this.#own.has(id) ? [id] : [])])]
    this.#axes.set(id, axes)
    return axes
  }

  choicesOf(id: string): readonly Choice[] {
    const axes = this.axesOf(id)
    const lists = axes.map((axis) => (this.#own.get(axis) ?? []).map((cell) => [axis, cell] as const))
    return product(lists).map((pairs) => new Map(pairs))
  }

  /** The id of a stage where these cells are chosen; those that it does not depend on do not matter. */
  idWith(id: string, choice: Choice): string {
    return [id, ...this.axesOf(id).flatMap((axis) => choice.get(axis)?.label ?? [])].join('-')
  }

  /** Ids of the expansions of a stage that agree with a choice. */
  idsWith(id: string, choice: Choice): readonly string[] {
    const agrees = (other: Choice) => [...other].every(([axis, cell]) => (choice.get(axis) ?? cell) === cell)
    return this.choicesOf(id)
      .filter(agrees)
      .map((other) => this.idWith(id, other))
  }

  /** `from` with the ids that stand for the references under a choice; collected ones become all that agree. */
  #rewired(node: Located, choice: Choice, collects: boolean): Located {
    if (node.kind === 'list') {
      const items = node.items.flatMap((item) => {
        const one = this.#rewired(item, choice, collects)
        return one.kind === 'list' ? one.items : [one]
      })
      return { ...node, items }
    }
    if (node.kind === 'map' || typeof node.value !== 'string') return node
    const [text, id] = [node.value, idOf(node.value)]
    if (this.axesOf(id).length === 0) return node
    const named = (expanded: string) => ({ ...node, value: expanded + text.slice(id.length) })
    if (!collects) return named(this.idWith(id, choice))
    return { kind: 'list', span: node.span, items: this.idsWith(id, choice).map(named) }
  }

  stageWith(id: string, entry: LocatedEntry, choice: Choice): LocatedEntry {
    if (entry.value.kind !== 'map') return entry
    const entries = new Map([...entry.value.entries].filter(([field]) => field !== 'matrix'))
    const from = entries.get('from')
    if (from !== undefined) {
      const collecting = new Map(this.#references(id).map(({ text, collects }) => [text, collects]))
      const collects = (node: Located): boolean =>
        node.kind === 'list'
          ? node.items.some(collects)
          : node.kind === 'scalar' && collecting.get(String(node.value)) === true
      const value =
        from.value.kind === 'map'
          ? {
              ...from.value,
              entries: new Map(
                [...from.value.entries].map(([name, one]) => [
                  name,
                  { ...one, value: this.#rewired(one.value, choice, collects(one.value)) },
                ]),
              ),
            }
          : this.#rewired(from.value, choice, collects(from.value))
      entries.set('from', { ...from, value })
    }
    let stage: Located = { ...entry.value, entries }
    for (const [param, { key, value }] of choice.get(id)?.values ?? [])
      stage = withValueAt(stage, ['with', ...param.split('.')], key, value)
    return { ...entry, value: stage }
  }
}

const plainCell = (id: string, choice: Choice): MatrixCell => ({
  of: id,
  values: Object.fromEntries(
    [...choice].flatMap(([axis, { values }]) =>
      [...values].map(([param, { value }]) => [`${axis}.${param}`, toPlain(value) as Json]),
    ),
  ),
})

/**
 * The experiment with each stage that has a `matrix` in one copy per combination of its values, and so each stage that
 * takes from one of those; inputs that collect take all copies. What stands before is shared.
 */
export function expandMatrix(root: LocatedMap, registry: Registry): Expanded {
  const stages = root.entries.get('stages')
  if (stages?.value.kind !== 'map') return { root, cells: new Map(), errors: [] }
  const hasMatrix = [...stages.value.entries.values()].some(
    ({ value }) => value.kind === 'map' && value.entries.has('matrix'),
  )
  if (!hasMatrix) return { root, cells: new Map(), errors: [] }
  const expansion = new Expansion(root, stages.value.entries, registry)
  const entries = new Map<string, LocatedEntry>()
  const cells = new Map<string, MatrixCell>()
  for (const [id, entry] of stages.value.entries) {
    const choices = expansion.choicesOf(id)
    for (const choice of choices) {
      const expanded = expansion.idWith(id, choice)
      entries.set(expanded, expansion.stageWith(id, entry, choice))
      if (choice.size > 0) cells.set(expanded, plainCell(id, choice))
    }
  }
  const { errors } = expansion
  if (entries.size > mostStages) errors.push(matrixTooLarge(locate(stages.key), entries.size, mostStages))
  const value: LocatedMap = { ...stages.value, entries }
  return { root: { ...root, entries: new Map(root.entries).set('stages', { ...stages, value }) }, cells, errors }
}
