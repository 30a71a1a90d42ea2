import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import { type Located, type LocatedEntry, type LocatedMap, type LocatedScalar, valueAt } from './located.ts'
import { misspelt } from './misspelt.ts'
import { outputsOf, type Port, portsOf } from './supply.ts'
import { stageFields } from './validation-schema.ts'

interface Candidate {
  readonly id: string
  readonly stage: AnyStage | undefined
  readonly node: LocatedMap
  readonly entry: LocatedEntry
}

function candidatesIn(stages: LocatedMap, registry: Registry): Candidate[] {
  return [...stages.entries].flatMap(([id, entry]) => {
    const node = entry.value
    if (node.kind !== 'map') return []
    const when = node.entries.get('when')?.value
    const uses = node.entries.get('uses')?.value
    const isLeftOut = when?.kind === 'scalar' && when.value === false
    if (isLeftOut) return []
    const name = uses?.kind === 'scalar' && typeof uses.value === 'string' ? uses.value : ''
    return [{ id, stage: registry.get(name), node, entry }]
  })
}

const makes = (stage: AnyStage, { type }: Port) => outputsOf(stage).filter(([, made]) => made.name === type.name).length

/** The inputs that `from` feeds, by port; undefined where that is not clear, which the wiring tells. */
function fedBy(from: Located | undefined, needed: readonly Port[], all: readonly Candidate[]) {
  if (from === undefined) return new Map<string, LocatedEntry>()
  if (from.kind === 'map') return from.entries
  if (from.kind !== 'scalar' || typeof from.value !== 'string' || from.broken) return undefined
  const [id, output] = from.value.split('.')
  const source = all.find((candidate) => candidate.id === id)?.stage
  if (source === undefined || output !== undefined) return undefined
  const fed = needed.filter((port) => makes(source, port) === 1)
  const areTwins = new Set(fed.map(({ type }) => type.name)).size < fed.length
  if (fed.length === 0 || areTwins) return undefined
  return new Map(fed.map(({ name }) => [name, { key: from.span, value: from }]))
}

const scalarsIn = (node: Located): readonly LocatedScalar[] => {
  if (node.kind === 'scalar') return [node]
  return (node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value)).flatMap(scalarsIn)
}

/** The stages that wait for `id`, as far as the file says so: they cannot feed it. */
function waitingFor(id: string, all: readonly Candidate[]): ReadonlySet<string> {
  const waiting = new Set([id])
  const takes = ({ node }: Candidate) => {
    const from = node.entries.get('from')?.value
    return from === undefined ? [] : scalarsIn(from).map(({ value }) => String(value).split('.', 1)[0] ?? '')
  }
  for (let size = 0; size < waiting.size; ) {
    size = waiting.size
    for (const other of all) if (takes(other).some((source) => waiting.has(source))) waiting.add(other.id)
  }
  return waiting
}

/** A stage whose inputs that nobody wrote, and that exactly one other stage of the file can feed, are written in. */
function inferred(to: Candidate, all: readonly Candidate[]): LocatedEntry {
  const { id, stage, node, entry } = to
  if (stage === undefined || misspelt(node, 'from', stageFields) !== undefined) return entry
  const ports = portsOf(stage)
  const needed = ports.filter(({ arity }) => arity !== 'optional')
  const from = node.entries.get('from')
  const fed = fedBy(from?.value, needed, all)
  if (fed === undefined) return entry
  const names = ports.map(({ name }) => name)
  const open = needed.filter(
    ({ name }) => !fed.has(name) && (from === undefined || misspelt(from.value, name, names) === undefined),
  )
  const waiting = waitingFor(id, all)
  const found = open.flatMap((port) => {
    const makers = all.filter(
      (other) => !waiting.has(other.id) && other.stage !== undefined && makes(other.stage, port) > 0,
    )
    const [only] = makers
    return makers.length === 1 && only?.stage !== undefined && makes(only.stage, port) === 1
      ? [[port, only.id] as const]
      : []
  })
  if (found.length === 0) return entry
  const { key } = from ?? entry
  const written = found.map(([{ name }, source]): [string, LocatedEntry] => {
    const value: LocatedScalar = {
      kind: 'scalar',
      value: source,
      text: source,
      quoted: false,
      span: key,
      inferred: true,
    }
    return [name, { key, value }]
  })
  const wires: LocatedMap = { kind: 'map', span: from?.value.span ?? key, entries: new Map([...fed, ...written]) }
  return { ...entry, value: { ...node, entries: new Map([...node.entries, ['from', { key, value: wires }]]) } }
}

/**
 * The experiment with the inputs written in that follow from the artifact types: what a stage needs and nobody feeds is
 * taken from the one other stage that makes it. Where several could, nothing is chosen.
 */
export function withInferredInputs(root: LocatedMap, registry: Registry): LocatedMap {
  const stages = valueAt(root, ['stages'])
  const listed = root.entries.get('stages')
  if (stages?.kind !== 'map' || listed === undefined) return root
  const all = candidatesIn(stages, registry)
  const entries = new Map(stages.entries)
  for (const candidate of all) entries.set(candidate.id, inferred(candidate, all))
  const value: LocatedMap = { ...stages, entries }
  return { ...root, entries: new Map([...root.entries, ['stages', { ...listed, value }]]) }
}
