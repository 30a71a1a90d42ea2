import type { Graph, Node, Value } from '../ir.ts'
import { ruleOf } from '../rules/index.ts'
import { axisMap, constantAlong, mixed, summedAxes } from './axis-map.ts'
import { boxRegion, type Place, placeOf, type Region, regionAt, sameRegion } from './region.ts'

export interface NarrowPlan {
  /** Values that are computed for a region only. */
  readonly regions: ReadonlyMap<Value, Region>
  /** Those of them that are zero outside it, and so can be had whole. */
  readonly zeroOutside: ReadonlySet<Value>
  /** Nodes whose outputs are narrowed. */
  readonly narrowed: ReadonlySet<Node>
  /** For nodes that read narrowed operands: the region of each, or undefined for the whole. */
  readonly reads: ReadonlyMap<Node, readonly (Region | undefined)[]>
}

const sums = new Set(['Add', 'Sub'])

/** The region of the first output that operand `index` being zero outside its region makes zero outside. */
function forward(node: Node, index: number, region: Region): Region | undefined {
  const [value, out] = [node.inputs[index], node.outputs[0]]
  if (value === undefined || out === undefined) return undefined
  if (node.op === 'Reshape') return placeOf(out.shape, region) && region
  const place = placeOf(value.shape, region)
  const axis = place && axisMap(node, index)?.indexOf(place.axis)
  if (place === undefined || axis === undefined || axis < 0) return undefined
  return regionAt(out.shape, { ...place, axis }, region)
}

/** Where a node's result is zero because its operands are. */
function zeroOutsideOf(node: Node, known: ReadonlyMap<Value, Region>): Region | undefined {
  const regions = node.inputs.map((value, i) => {
    const region = known.get(value)
    return region && forward(node, i, region)
  })
  if (sums.has(node.op)) {
    const [a, b] = regions
    return a && b && sameRegion(a, b) ? a : undefined
  }
  const preserving = node.op === 'Reshape' || node.op === 'Transpose' ? [0] : (ruleOf(node.op).zeroPreserving ?? [])
  return preserving.map((i) => regions[i]).find((region) => region !== undefined)
}

/** The regions that the operands need for a narrowed output; undefined when the node cannot be narrowed. */
function backward(node: Node, region: Region): readonly (Region | undefined)[] | undefined {
  const [out] = node.outputs
  if (out === undefined) return undefined
  if (node.op === 'Reshape') return placeOf(node.inputs[0]?.shape ?? [], region) && [region]
  const place = placeOf(out.shape, region)
  if (place === undefined) return undefined
  const reads: (Region | undefined)[] = []
  for (const [i, { shape }] of node.inputs.entries()) {
    const axis = axisMap(node, i)?.[place.axis] ?? mixed
    if (axis === mixed) return undefined
    reads.push(axis === constantAlong ? undefined : regionAt(shape, { ...place, axis }, region))
  }
  return reads.some((read) => read !== undefined) ? reads : undefined
}

/** The regions that suffice of the operands of a sum whose terms are zero elsewhere. */
function contracted(node: Node, zero: ReadonlyMap<Value, Region>): readonly Region[] | undefined {
  const axes = summedAxes(node)
  for (const [i, value] of node.inputs.entries()) {
    const region = zero.get(value)
    const place: Place | undefined = region && placeOf(value.shape, region)
    if (region === undefined || place === undefined || axes[i]?.includes(place.axis) !== true) continue
    return node.inputs.map(({ shape }, j) =>
      regionAt(shape, { ...place, axis: j === i ? place.axis : (axes[j]?.[0] ?? 0) }, region),
    )
  }
  return undefined
}

/** The one region that all used outputs ask for, told for the first output. */
function askedOf(node: Node, needed: ReadonlyMap<Value, Region | 'whole'>): Region | undefined {
  const [first] = node.outputs
  let asked: Region | undefined
  for (const value of node.outputs) {
    const need = needed.get(value)
    if (need === 'whole') return undefined
    const place = need && placeOf(value.shape, need)
    if (need === undefined) continue
    if (place === undefined || first === undefined) return undefined
    const region = regionAt(first.shape, place, need)
    if (asked !== undefined && !sameRegion(asked, region)) return undefined
    asked = region
  }
  return asked
}

export function planNarrowing(graph: Graph): NarrowPlan {
  const zero = new Map<Value, Region>()
  for (const node of graph.nodes) {
    const [out] = node.outputs
    if (out === undefined) continue
    const region = node.op === 'PadV2' ? padRegion(node) : zeroOutsideOf(node, zero)
    if (region !== undefined) zero.set(out, region)
  }
  const needed = new Map<Value, Region | 'whole'>(graph.outputs.map(({ value }) => [value, 'whole']))
  const need = (value: Value, what: Region | undefined) => {
    const before = needed.get(value)
    const same = before === undefined || (before !== 'whole' && what !== undefined && sameRegion(before, what))
    needed.set(value, same && what !== undefined ? what : 'whole')
  }
  const regions = new Map<Value, Region>()
  const narrowed = new Set<Node>()
  const reads = new Map<Node, readonly (Region | undefined)[]>()
  for (const node of graph.nodes.toReversed()) {
    const [out] = node.outputs
    if (out === undefined || !node.outputs.some((value) => needed.has(value))) continue
    const region = zero.get(out) ?? askedOf(node, needed)
    if (node.op === 'PadV2' && zero.has(out)) {
      regions.set(out, zero.get(out) as Region)
      for (const value of node.inputs) need(value, undefined)
      continue
    }
    const operands = (region && backward(node, region)) ?? undefined
    if (region !== undefined && operands !== undefined) {
      const place = placeOf(out.shape, region)
      for (const value of node.outputs) if (place) regions.set(value, regionAt(value.shape, place, region))
      narrowed.add(node)
    }
    const asked = operands ?? sliced(node) ?? contracted(node, zero)
    if (asked !== undefined) reads.set(node, asked)
    for (const [i, value] of node.inputs.entries()) need(value, asked?.[i])
  }
  return { regions, zeroOutside: new Set(zero.keys()), narrowed, reads }
}

function padRegion({ attrs, inputs: [x], outputs: [out] }: Node): Region | undefined {
  if (attrs.value !== 0 || x === undefined || out === undefined) return undefined
  return boxRegion(out.shape, attrs.before as readonly number[], x.shape)
}

function sliced({ op, attrs, inputs: [x] }: Node): readonly Region[] | undefined {
  if (op !== 'Slice' || x === undefined) return undefined
  const region = boxRegion(x.shape, attrs.begin as readonly number[], attrs.size as readonly number[])
  return region && [region]
}
