import { describeType, type Graph, sameType, sizeOf, type Value } from './ir.ts'
import { nameValues } from './print.ts'
import { ruleOf } from './rules/index.ts'

/**
 * Checks that a graph is legal: names unique, every value assigned once and before it is read, types as the rules infer
 * them. Throws an Error naming the node: an illegal graph is a bug of the trace or of the pass named by `after`.
 */
export function verify(graph: Graph, after = 'trace'): Graph {
  const name = nameValues(graph)
  const fail = (what: string): never => {
    throw new Error(`illegal graph after ${after}: ${what}`)
  }
  const defined = new Set<Value>()
  const define = (value: Value) => {
    if (defined.has(value)) fail(`${name(value)} is assigned twice`)
    defined.add(value)
  }
  for (const list of [graph.inputs, graph.outputs])
    if (new Set(list.map((n) => n.name)).size !== list.length) fail('two inputs or two outputs have the same name')
  for (const { value } of graph.inputs) define(value)
  for (const { value, data } of graph.constants) {
    define(value)
    if (data.length !== sizeOf(value.shape)) fail(`${name(value)} has ${data.length} elements, not its shape's`)
  }
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    const label = `${outputs.map(name).join(', ')} = ${op}`
    for (const value of inputs) if (!defined.has(value)) fail(`${label} reads ${name(value)} before it is assigned`)
    const types = inferred(op, label, fail, () => ruleOf(op).infer(inputs, attrs))
    if (types.length !== outputs.length) fail(`${label} has ${outputs.length} outputs, its rule ${types.length}`)
    outputs.forEach((value, i) => {
      const type = types[i]
      if (type === undefined || !sameType(type, value))
        fail(`${label} is declared ${describeType(value)}, its rule says ${type && describeType(type)}`)
      define(value)
    })
  }
  for (const output of graph.outputs) if (!defined.has(output.value)) fail(`output ${output.name} is not assigned`)
  return graph
}

function inferred<T>(op: string, label: string, fail: (what: string) => never, infer: () => T): T {
  try {
    return infer()
  } catch (error) {
    if (error instanceof RangeError) fail(`${label}: ${op} ${error.message}`)
    throw error
  }
}
