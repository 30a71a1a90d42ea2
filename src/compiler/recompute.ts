import { bytesOf, type Lifetimes, lifetimes } from './execution-order.ts'
import type { Graph, Node, Value } from './ir.ts'
import { removeDeadCode } from './passes/dead-code.ts'
import { ruleOf } from './rules/index.ts'

/**
 * What the backward pass computes again instead of keeping it from the forward pass: `normal` what takes one reading
 * of something kept anyway, `low` everything between the few tensors that the network hands from block to block.
 */
export type MemoryMode = 'normal' | 'low'

/** A graph changes only where its peak falls below this share. */
const worthwhile = 0.97
/** Buffers below this share of the peak are kept. */
const smallShare = 1 / 2048

/** A product over so few elements takes about as long as to write its result. */
const shortSum = 64

const isShortProduct = ({ op, inputs, attrs }: Node): boolean =>
  (op === 'BatchMatMul' || op === 'FusedMatMul') &&
  (inputs[0]?.shape.at(attrs.transposeA ? -2 : -1) ?? Number.POSITIVE_INFINITY) <= shortSum

/** One reading of its operands: no product but the scores of an attention head. */
const isCheap = (node: Node): boolean =>
  node.op === 'LayerNormalization' ||
  node.op === 'Softmax' ||
  ruleOf(node.op).elementwise === true ||
  isShortProduct(node)

/**
 * Copies nodes of the forward pass to where the backward pass reads their results, so that fewer buffers are held at
 * the peak. A copy stands right behind its original: of a node's operands ONNX Runtime runs the one that stands first
 * last, so a copy runs just before its first reader. Every value stays the same to the bit.
 * @param overwritten inputs that the graph overwrites: nothing that reads them moves
 */
export function recompute(graph: Graph, mode: MemoryMode, overwritten: ReadonlySet<string> = new Set()): Graph {
  const before = lifetimes(graph)
  const dropped = mode === 'low' ? betweenCheckpoints(before) : largeBuffers(before)
  const copied = withCopies(graph, before, dropped, mode === 'low' ? () => true : isCheap, overwritten)
  return lifetimes(copied).peak.bytes < before.peak.bytes * worthwhile ? copied : graph
}

/** Buffers held at the peak that the rest of the graph reads. */
function largeBuffers({ made, reads, peak }: Lifetimes): readonly Value[] {
  const isHeld = (value: Value, start: number) => start <= peak.place && (reads.get(value)?.at(-1) ?? 0) > peak.place
  return [...made].flatMap(([value, start]) =>
    isHeld(value, start) && bytesOf(value) >= peak.bytes * smallShare ? [value] : [],
  )
}

/**
 * Large buffers less the checkpoints: what alone the forward pass still reads at some place. What is made after the
 * last checkpoint is read again at once and stays too.
 */
function betweenCheckpoints(times: Lifetimes): readonly Value[] {
  const { order, made, reads, peak } = times
  const large = new Set([...made.keys()].filter((value) => bytesOf(value) >= peak.bytes * smallShare))
  const forwardEnd = new Map<Value, number>()
  for (const value of large) {
    const last = reads.get(value)?.findLast((place) => place <= peak.place)
    if (last !== undefined) forwardEnd.set(value, last)
  }
  const checkpoints = new Set<Value>()
  const held = new Set<Value>()
  let end = -1
  for (let place = 0; place <= peak.place; place++) {
    for (const value of held) if ((forwardEnd.get(value) ?? -1) <= place) held.delete(value)
    for (const value of order[place]?.outputs ?? []) if ((forwardEnd.get(value) ?? -1) > place) held.add(value)
    const [only] = held
    if (held.size !== 1 || only === undefined) continue
    checkpoints.add(only)
    end = place
  }
  return largeBuffers(times).filter((value) => !checkpoints.has(value) && (made.get(value) ?? 0) < end)
}

/** The graph in which nodes after the peak read copies of the dropped buffers, where copies can be had. */
function withCopies(
  graph: Graph,
  { root, made, reads, peak, order }: Lifetimes,
  dropped: readonly Value[],
  mayCopy: (node: Node) => boolean,
  overwritten: ReadonlySet<string>,
): Graph {
  const producer = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)))
  const drop = new Set(dropped)
  const moving = new Set(graph.inputs.filter(({ name }) => overwritten.has(name)).map(({ value }) => value))
  const madeBefore = (value: Value) => (made.get(value) ?? Number.POSITIVE_INFINITY) <= peak.place
  /** Whether a buffer is there after the peak, in the old graph. */
  const isThere = (value: Value) => !made.has(value) || (reads.get(value)?.at(-1) ?? 0) > peak.place

  const known = new Map<Value, boolean>()
  const canCopy = (buffer: Value): boolean => {
    const before = known.get(buffer)
    if (before !== undefined) return before
    const node = producer.get(buffer)
    const can = node !== undefined && mayCopy(node) && node.inputs.map(root).every(isAtHand)
    known.set(buffer, can)
    return can
  }
  const isAtHand = (buffer: Value): boolean => !moving.has(buffer) && (isThere(buffer) || canCopy(buffer))

  const copies = new Map<Node, Node>()
  /** What a node after the peak reads instead of a value. */
  const late = (value: Value): Value => {
    const buffer = root(value)
    const node = producer.get(value)
    const isCopied = madeBefore(buffer) && (drop.has(buffer) || !isThere(buffer)) && canCopy(buffer)
    if (!isCopied || node === undefined) return value
    const outputs = node.outputs.map(({ dtype, shape }) => ({ dtype, shape }))
    const copy = copies.get(node) ?? { ...node, inputs: node.inputs.map(late), outputs }
    copies.set(node, copy)
    return copy.outputs[node.outputs.indexOf(value)] as Value
  }
  const afterPeak = new Set(order.slice(peak.place + 1))
  const moved = graph.nodes.map((node) => (afterPeak.has(node) ? { ...node, inputs: node.inputs.map(late) } : node))
  const nodes = graph.nodes.flatMap((node, i) => {
    const copy = copies.get(node)
    return copy === undefined ? [moved[i] as Node] : [moved[i] as Node, copy]
  })
  return removeDeadCode.run({ ...graph, nodes })
}
