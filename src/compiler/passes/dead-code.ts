import type { Value } from '../ir.ts'
import type { Pass } from './pass.ts'

/** Drops nodes and constants that no output depends on; inputs stay. */
export const removeDeadCode: Pass = {
  name: 'dead code',
  run(graph) {
    const live = new Set<Value>(graph.outputs.map(({ value }) => value))
    const nodes = graph.nodes.toReversed().filter((node) => {
      if (!node.outputs.some((value) => live.has(value))) return false
      for (const value of node.inputs) live.add(value)
      return true
    })
    const constants = graph.constants.filter(({ value }) => live.has(value))
    return { ...graph, constants, nodes: nodes.toReversed() }
  },
}
