import { GraphBuilder } from '../build.ts'
import type { Graph, Node, Value } from '../ir.ts'

/** A rewrite of a graph that computes the same function. */
export interface Pass {
  readonly name: string
  run(graph: Graph): Graph
}

/** The graph being rebuilt, with how often each of its values is read. */
export class Rewriting extends GraphBuilder {
  readonly #uses: Map<Value, number>

  constructor(graph: Graph) {
    super()
    this.#uses = countUses(graph)
    this.inputs.push(...graph.inputs)
    for (const constant of graph.constants) this.keep(constant)
  }

  /** Readers of a value in the old graph, or of the old value that it stands for; graph outputs count. */
  uses(value: Value): number {
    return this.#uses.get(value) ?? 0
  }

  stands(value: Value, forOld: Value): void {
    this.#uses.set(value, this.uses(value) + this.uses(forOld))
  }
}

/** What stands in for a node's outputs: values of the graph being built, or undefined to keep the node. */
export type Visit = (node: Node, graph: Rewriting) => readonly Value[] | undefined

/** Rebuilds a graph node by node, in order; `visit` sees each node with its operands already replaced. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const builder = new Rewriting(graph)
  const replaced = new Map<Value, Value>()
  const now = (value: Value): Value => replaced.get(value) ?? value
  for (const node of graph.nodes) {
    const moved = node.inputs.some((value) => replaced.has(value)) ? { ...node, inputs: node.inputs.map(now) } : node
    const found = visit(moved, builder)
    if (found === undefined) builder.push(moved)
    else
      for (const [i, value] of node.outputs.entries()) {
        const stand = found[i]
        if (stand === undefined || stand === value) continue
        replaced.set(value, stand)
        builder.stands(stand, value)
      }
  }
  return builder.finish(graph.outputs.map(({ name, value }) => ({ name, value: now(value) })))
}

export function countUses(graph: Graph): Map<Value, number> {
  const uses = new Map<Value, number>()
  const count = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1)
  for (const node of graph.nodes) node.inputs.forEach(count)
  for (const { value } of graph.outputs) count(value)
  return uses
}
