import { type Graph, type Node, sizeOf, type Value } from './ir.ts'

/**
 * The order in which ONNX Runtime runs a graph's nodes one after another: depth first from the last leaf, each node
 * after its operands, of these the one that stands last in the graph first (GraphViewer, `ReverseDFSFrom`).
 */
export function executionOrder({ nodes }: Graph): readonly Node[] {
  const place = new Map(nodes.map((node, i) => [node, i]))
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)))
  const before = ({ inputs }: Node): readonly Node[] => {
    const found = new Set(inputs.flatMap((value) => producer.get(value) ?? []))
    return [...found].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
  }
  const read = new Set(nodes.flatMap((node) => before(node)))
  const open: { node: Node; done: boolean }[] = nodes
    .filter((node) => !read.has(node))
    .map((node) => ({ node, done: false }))
  const seen = new Set<Node>()
  const order: Node[] = []
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, done } = next
    if (done) order.push(node)
    if (done || seen.has(node)) continue
    seen.add(node)
    open.push({ node, done: true })
    for (const operand of before(node)) if (!seen.has(operand)) open.push({ node: operand, done: false })
  }
  return order
}

/** Ops whose result is their operand's buffer under another shape. */
const views = new Set(['Reshape', 'Identity'])

export interface Lifetimes {
  readonly order: readonly Node[]
  /** The value whose buffer a value lies in. */
  root(value: Value): Value
  /** Places in the order of the nodes that read a buffer, ascending. */
  readonly reads: ReadonlyMap<Value, readonly number[]>
  /** Place in the order where a buffer is made; none for inputs, constants and outputs, which lie outside. */
  readonly made: ReadonlyMap<Value, number>
  /** The most bytes of buffers that are held at once, and the place in the order where they are. */
  readonly peak: { readonly bytes: number; readonly place: number }
}

const bytesPerElement = { float32: 4, float16: 2, bfloat16: 2, int32: 4, bool: 1 } as const

export const bytesOf = ({ dtype, shape }: Value): number => sizeOf(shape) * bytesPerElement[dtype]

/** When each buffer inside a graph is held. */
export function lifetimes(graph: Graph): Lifetimes {
  const order = executionOrder(graph)
  const roots = new Map<Value, Value>()
  const root = (value: Value): Value => roots.get(value) ?? value
  for (const { op, inputs, outputs } of graph.nodes)
    if (views.has(op)) roots.set(outputs[0] as Value, root(inputs[0] as Value))
  const outside = new Set([...graph.inputs, ...graph.constants, ...graph.outputs].map(({ value }) => root(value)))
  const made = new Map<Value, number>()
  const reads = new Map<Value, number[]>()
  for (const [i, { inputs, outputs }] of order.entries()) {
    for (const value of outputs) if (root(value) === value && !outside.has(value)) made.set(value, i)
    for (const value of new Set(inputs.map(root))) reads.set(value, [...(reads.get(value) ?? []), i])
  }
  const freedAfter = order.map(() => 0)
  for (const [value, start] of made) {
    const end = reads.get(value)?.at(-1) ?? start
    freedAfter[end] = (freedAfter[end] ?? 0) + bytesOf(value)
  }
  let [held, bytes, place] = [0, 0, 0]
  for (const [i, { outputs }] of order.entries()) {
    for (const value of outputs) if (made.has(value)) held += bytesOf(value)
    if (held > bytes) [bytes, place] = [held, i]
    held -= freedAfter[i] ?? 0
  }
  return { order, root, reads, made, peak: { bytes, place } }
}
