import {
  ambiguousInput,
  malformedFrom,
  missingInput,
  stageLeftOut,
  unknownInputPort,
  unknownOutputPort,
  unknownStageId,
  wrongArtifactType,
} from '../errors/wiring.ts'
import type { XpError } from '../errors/xp-error.ts'
import type { PortSource } from '../registry/experiment.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import { describeValue } from './describe.ts'
import type { Located, LocatedEntry, LocatedScalar } from './located.ts'
import { misspelt } from './misspelt.ts'
import { locate, type Span } from './source.ts'
import { outputsOf, type Port, portsOf, Supply } from './supply.ts'

/** A stage of the file before wiring. */
export interface StageEntry {
  readonly id: string
  readonly key: Span
  /** Absent when `uses` is wrong, which is reported elsewhere. */
  readonly stage: AnyStage | undefined
  readonly from: LocatedEntry | undefined
}

/** `to` needs an output of `from`; the span is where the file says so. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly span: Span
}

export interface Wiring {
  readonly inputs: ReadonlyMap<string, Readonly<Record<string, readonly PortSource[]>>>
  readonly edges: readonly Edge[]
  readonly errors: readonly XpError[]
}

class Wirer {
  readonly errors: XpError[] = []
  readonly edges: Edge[] = []
  private readonly byId: ReadonlyMap<string, StageEntry>
  private readonly supply: Supply

  constructor(
    entries: readonly StageEntry[],
    registry: Registry,
    private readonly leftOut: ReadonlySet<string>,
  ) {
    this.supply = new Supply(entries, registry)
    this.byId = new Map(entries.map((entry) => [entry.id, entry]))
  }

  /** The stage that a reference names, and the output port if it says one. */
  private referred(
    node: LocatedScalar,
    text: string,
    to: string,
  ): { entry: StageEntry; output: string | undefined } | undefined {
    const dot = text.indexOf('.')
    const id = dot < 0 ? text : text.slice(0, dot)
    const entry = this.byId.get(id)
    if (entry === undefined && this.leftOut.has(id)) {
      this.errors.push(stageLeftOut(locate(node.span), id, `"${to}"`))
      return undefined
    }
    if (entry === undefined) {
      this.errors.push(unknownStageId(locate(node.span), id, [...this.byId.keys()]))
      return undefined
    }
    return { entry, output: dot < 0 ? undefined : text.slice(dot + 1) }
  }

  private isLeftOut(node: Located): boolean {
    const id = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.split('.', 1)[0] : undefined
    return id !== undefined && !this.byId.has(id) && this.leftOut.has(id)
  }

  /** One `stage` or `stage.port` that feeds one port. */
  private source(node: Located, path: string, to: StageEntry, port: Port): PortSource | undefined {
    if (node.kind === 'scalar' && node.broken) return undefined
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') {
      const many = node.kind === 'list' && node.items.length === 1 && port.arity !== 'many'
      const hint = many
        ? `"${port.name}" takes one stage: write it without [ ]`
        : `e.g. ${port.name}: ${this.supply.makers(port.type, to.id)[0] ?? 'STAGE'}`
      this.errors.push(malformedFrom(locate(node.span), path, describeValue(node), hint))
      return undefined
    }
    const referred = this.referred(node, node.value, to.id)
    if (referred === undefined) return undefined
    const { entry, output } = referred
    this.edges.push({ from: entry.id, to: to.id, span: node.span })
    if (entry.stage === undefined) return undefined
    const outputs = outputsOf(entry.stage)
    const input = `${to.id}.${port.name}`
    if (output !== undefined) {
      const made = outputs.find(([name]) => name === output)
      if (made === undefined) {
        this.errors.push(
          unknownOutputPort(
            locate(node.span),
            entry.id,
            output,
            outputs.map(([name]) => name),
          ),
        )
        return undefined
      }
      if (made[1].name === port.type.name) return { stage: entry.id, port: output }
      this.mismatch(node, to, port, `"${entry.id}.${output}" is ${made[1].name}`)
      return undefined
    }
    const fitting = outputs.filter(([, type]) => type.name === port.type.name)
    if (fitting.length === 1)
      return { stage: entry.id, port: fitting[0]?.[0] as string, ...(node.inferred && { inferred: true }) }
    if (fitting.length > 1) {
      const choices = fitting.map(([name]) => `${entry.id}.${name}`)
      const message = `${input} takes ${port.type.name}, and "${entry.id}" makes it in ${fitting.length} outputs`
      this.errors.push(ambiguousInput(locate(node.span), message, `say which: ${choices.join(' or ')}`))
      return undefined
    }
    const given = outputs.length === 0 ? 'nothing' : outputs.map(([, type]) => type.name).join(' and ')
    if (entry.id !== to.id) this.mismatch(node, to, port, `"${entry.id}" makes ${given}`)
    return undefined
  }

  private mismatch(node: Located, to: StageEntry, port: Port, given: string): void {
    const where = locate(node.span, `expected ${port.type.name}`)
    this.errors.push(
      wrongArtifactType(where, `${to.id}.${port.name}`, port.type.name, given, this.supply.hint(port, to.id)),
    )
  }

  private missing(to: StageEntry, ports: readonly Port[], span: Span, hint: string): void {
    if (ports.length === 0) return
    const names = ports.map((port) => `"${port.name}"`).join(' and ')
    const where = locate(span, `${names} ${ports.length === 1 ? 'is' : 'are'} missing here`)
    const needed = ports.map(({ name, type }) => ({ name, type: type.name }))
    this.errors.push(missingInput(where, to.id, needed, hint))
  }

  /** `from: load`: one stage feeds every required port. */
  private short(to: StageEntry, stage: AnyStage, node: LocatedScalar): Record<string, readonly PortSource[]> {
    const ports = portsOf(stage)
    const required = ports.filter((port) => port.arity !== 'optional')
    const wanted = required.length > 0 ? required : ports
    const referred = this.referred(node, String(node.value), to.id)
    if (referred === undefined) return {}
    const { entry, output } = referred
    if (entry.stage === undefined || entry.id === to.id) {
      this.edges.push({ from: entry.id, to: to.id, span: node.span })
      return {}
    }
    const made = outputsOf(entry.stage).filter(([name]) => output === undefined || name === output)
    const fits = (port: Port) => made.some(([, type]) => type.name === port.type.name)
    const fed = wanted.filter(fits)
    const twins = fed.filter((port) => fed.some((other) => other !== port && other.type.name === port.type.name))
    if (twins.length > 0) {
      const names = twins.map(({ name }) => name)
      const message = `\`from: ${node.value}\` does not say which input of "${to.id}" it feeds: ${names.join(' and ')} take the same type`
      this.errors.push(
        ambiguousInput(locate(node.span), message, `write from: { ${names.map((n) => `${n}: …`).join(', ')} }`),
      )
      return {}
    }
    const unfed = wanted.filter((port) => !fits(port))
    if (fed.length === 0 && (output === undefined || made.length > 0)) {
      // One mismatch says more than a list of missing inputs.
      const [port] = unfed
      if (port !== undefined) this.source(node, `stages.${to.id}.from`, to, port)
      return {}
    }
    const inputs: Record<string, readonly PortSource[]> = {}
    for (const port of made.length === 0 ? wanted.slice(0, 1) : fed) {
      const source = this.source(node, `stages.${to.id}.from`, to, port)
      if (source !== undefined) inputs[port.name] = [source]
    }
    for (const port of made.length === 0 || required.length === 0 ? [] : unfed) {
      const others = this.supply.makers(port.type, to.id)
      const known = fed.map(({ name }) => `${name}: ${node.value}`)
      const whole =
        others.length === 0
          ? this.supply.hint(port, to.id)
          : `write from: { ${[...known, `${port.name}: ${others.join(' or ')}`].join(', ')} }`
      this.missing(to, [port], node.span, whole)
    }
    return inputs
  }

  private long(to: StageEntry, stage: AnyStage, from: LocatedEntry): Record<string, readonly PortSource[]> {
    const ports = portsOf(stage)
    const inputs: Record<string, readonly PortSource[]> = {}
    const entries = from.value.kind === 'map' ? from.value.entries : new Map<string, LocatedEntry>()
    for (const [name, { key, value }] of entries) {
      const port = ports.find((p) => p.name === name)
      if (port === undefined) {
        this.errors.push(
          unknownInputPort(
            locate(key),
            to.id,
            name,
            ports.map((p) => p.name),
          ),
        )
        continue
      }
      const path = `stages.${to.id}.from.${name}`
      const given = port.arity === 'many' && value.kind === 'list' ? value.items : [value]
      // What may be fewer, or nothing, does without a stage that is left out.
      const kept = given.filter((item) => !this.isLeftOut(item))
      if (kept.length === 0 && given.length > 0 && port.arity === 'optional') continue
      const items = kept.length === 0 ? given : kept
      if (items.length === 0) this.missing(to, [port], key, this.supply.missingHint(to.id, [port]))
      const sources = items.map((item) => this.source(item, path, to, port))
      inputs[name] = sources.filter((source) => source !== undefined)
    }
    const names = ports.map((port) => port.name)
    const unfed = ports.filter(
      (port) =>
        port.arity !== 'optional' && !entries.has(port.name) && misspelt(from.value, port.name, names) === undefined,
    )
    this.missing(to, unfed, from.key, this.supply.missingHint(to.id, unfed))
    return inputs
  }

  wire(to: StageEntry): Readonly<Record<string, readonly PortSource[]>> {
    const { stage, from } = to
    if (stage === undefined) {
      this.looseEdges(to)
      return {}
    }
    const ports = portsOf(stage)
    if (from === undefined) {
      const required = ports.filter((port) => port.arity !== 'optional')
      this.missing(to, required, to.key, this.supply.missingHint(to.id, required))
      return {}
    }
    const node = from.value
    if (node.kind === 'scalar' && node.broken) return {}
    if (ports.length === 0) {
      this.errors.push(unknownInputPort(locate(from.key), to.id, '', []))
      return {}
    }
    if (node.kind === 'map') return this.long(to, stage, from)
    if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '')
      return this.short(to, stage, node)
    const hint = `write from: STAGE, or from: { ${ports.map(({ name }) => `${name}: STAGE`).join(', ')} }`
    this.errors.push(malformedFrom(locate(node.span), `stages.${to.id}.from`, describeValue(node), hint))
    return {}
  }

  /** The ids that a stage of unknown kind names still have to be there. */
  private looseEdges(to: StageEntry): void {
    const scalars = (node: Located): LocatedScalar[] => {
      if (node.kind === 'scalar') return [node]
      if (node.kind === 'list') return node.items.flatMap(scalars)
      return [...node.entries.values()].flatMap(({ value }) => scalars(value))
    }
    for (const node of to.from === undefined ? [] : scalars(to.from.value)) {
      if (typeof node.value === 'string' && node.value !== '') this.referred(node, node.value, to.id)
    }
  }
}

/**
 * Connects input ports to outputs by artifact type, with every problem.
 * @param leftOut ids of stages that do not take part
 */
export function wire(
  entries: readonly StageEntry[],
  registry: Registry,
  leftOut: ReadonlySet<string> = new Set(),
): Wiring {
  const wirer = new Wirer(entries, registry, leftOut)
  const inputs = new Map(entries.map((entry) => [entry.id, wirer.wire(entry)]))
  return { inputs, edges: wirer.edges, errors: wirer.errors }
}
