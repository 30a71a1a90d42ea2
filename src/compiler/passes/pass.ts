import { GraphBuilder } from '../build.ts'
import type { Graph, Node, Value } from '../ir.ts'

/** A rewrite of a graph that computes the same function. */
export interface Pass {
  readonly name: string
  run(graph: Graph): Graph
}

/** What stands in for a node's outputs: values of the graph being built, or undefined to keep the node. */
export type Visit = (node: Node, graph: GraphBuilder) => readonly Value[] | undefined

/** Rebuilds a graph node by node, in order; `visit` sees each node with its operands already replaced. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const builder = new GraphBuilder()
  builder.inputs.push(...graph.inputs)
  for (const constant of graph.constants) builder.keep(constant)
  const replaced = new Map<Value, Value>()
  const now = (value: Value): Value => replaced.get(value) ?? value
  for (const node of graph.nodes) {
    const moved = node.inputs.some((value) => replaced.has(value)) ? { ...node, inputs: node.inputs.map(now) } : node
    const found = visit(moved, builder)
    if (found === undefined) builder.push(moved)
    else
      node.outputs.forEach((value, i) => {
        const stand = found[i]
        if (stand !== undefined) replaced.set(value, stand)
      })
  }
  return builder.finish(graph.outputs.map(({ name, value }) => ({ name, value: now(value) })))
}
