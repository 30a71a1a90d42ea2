import type { HostTensor } from './executor.ts'
import { describeType, type Graph, sameType, type Value } from './ir.ts'
import { rounded } from './round.ts'
import { ruleOf } from './rules/index.ts'

/** Computes a graph with the rules' own arithmetic: slow, and the meaning of the IR. */
export function interpret(
  graph: Graph,
  feeds: Readonly<Record<string, HostTensor>>,
): Readonly<Record<string, HostTensor>> {
  const values = new Map<Value, HostTensor>()
  const read = (value: Value): HostTensor => {
    const tensor = values.get(value)
    if (tensor === undefined) throw new Error(`${describeType(value)} is read before it is assigned`)
    return tensor
  }
  for (const { name, value } of graph.inputs) {
    const tensor = feeds[name]
    if (tensor === undefined || !sameType(tensor, value))
      throw new Error(`input ${name} must be ${describeType(value)}`)
    values.set(value, tensor)
  }
  for (const { value, data } of graph.constants) values.set(value, { ...value, data })
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    const results = ruleOf(op).evaluate(inputs.map(read), attrs, outputs)
    outputs.forEach((value, i) => {
      const data = results[i]
      if (data !== undefined) values.set(value, { ...value, data: rounded(data, value.dtype) })
    })
  }
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, read(value)]))
}
