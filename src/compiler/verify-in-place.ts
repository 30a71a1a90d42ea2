import { inPlaceHazard, inPlaceMismatch } from '../errors/compiler.ts'
import { type Graph, type Node, sameType, type Value } from './ir.ts'
import { nameValues } from './print.ts'
import { ruleOf } from './rules/index.ts'

/** Ops whose result may share its operand's buffer, so that reading the result later reads the operand later. */
const views = new Set(['Identity', 'Reshape'])

/**
 * Checks that each output of `pairs` may be written over its input: whatever else reads that input has run before,
 * because it is an ancestor of the node that writes; that node itself may read it element by element.
 * @throws XP_IN_PLACE_HAZARD naming both, XP_IN_PLACE_MISMATCH
 */
export function verifyInPlace(graph: Graph, pairs: Readonly<Record<string, string>>): void {
  const name = nameValues(graph)
  const producer = new Map<Value, Node>()
  const readers = new Map<Value, Node[]>()
  for (const node of graph.nodes) {
    for (const value of node.outputs) producer.set(value, node)
    for (const value of new Set(node.inputs)) readers.set(value, [...(readers.get(value) ?? []), node])
  }
  const inputs = new Map(graph.inputs.map((input) => [input.name, input.value]))
  const outputs = new Map(graph.outputs.map((output) => [output.name, output.value]))
  const overwritten = new Map<string, string>()
  for (const [output, input] of Object.entries(pairs)) {
    const [written, state] = [outputs.get(output), inputs.get(input)]
    if (written === undefined || state === undefined) throw inPlaceMismatch(output, input, 'the graph has no such pair')
    if (!sameType(written, state)) throw inPlaceMismatch(output, input, 'their types differ')
    const first = overwritten.get(input)
    if (first !== undefined) throw inPlaceMismatch(output, input, `output "${first}" overwrites it already`)
    overwritten.set(input, output)
    if (written === state) continue
    const writer = producer.get(written)
    if (writer === undefined) throw inPlaceMismatch(output, input, 'it is another input or a constant')
    const before = ancestors(writer, producer)
    for (const { node, value } of readersOf(state, readers)) {
      const aligned = node === writer && ruleOf(node.op).elementwise === true && sameType(value, written)
      if (!aligned && !before.has(node))
        throw inPlaceHazard(output, input, `${name(node.outputs[0] as Value)} = ${node.op}`)
    }
    for (const other of graph.outputs)
      if (other.name !== output && isView(other.value, state, producer))
        throw inPlaceHazard(output, input, `output "${other.name}"`)
  }
}

/** Nodes that read a value or a view of it. */
function* readersOf(value: Value, readers: ReadonlyMap<Value, Node[]>): Generator<{ node: Node; value: Value }> {
  for (const node of readers.get(value) ?? []) {
    yield { node, value }
    if (views.has(node.op)) for (const view of node.outputs) yield* readersOf(view, readers)
  }
}

function isView(value: Value, of: Value, producer: ReadonlyMap<Value, Node>): boolean {
  if (value === of) return true
  const node = producer.get(value)
  return node !== undefined && views.has(node.op) && node.inputs.some((input) => isView(input, of, producer))
}

function ancestors(node: Node, producer: ReadonlyMap<Value, Node>): Set<Node> {
  const found = new Set<Node>()
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const value of next.inputs) {
      const before = producer.get(value)
      if (before === undefined || found.has(before)) continue
      found.add(before)
      open.push(before)
    }
  return found
}
