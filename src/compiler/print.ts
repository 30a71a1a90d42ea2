import { type Attrs, describeType, type Graph, type Value } from './ir.ts'

const listed = (data: ArrayLike<number>) =>
  data.length <= 4 ? [...Array.from(data)].join(', ') : `${data.length} elements`

const printedAttrs = (attrs: Attrs): string => {
  const pairs = Object.entries(attrs).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? '' : ` {${pairs.join(', ')}}`
}

/** Names for every value: inputs by their own, constants `%c0`…, results `%0`… in order. */
export function nameValues(graph: Graph): (value: Value) => string {
  const names = new Map<Value, string>()
  for (const { name, value } of graph.inputs) names.set(value, `%${name}`)
  for (const [i, { value }] of graph.constants.entries()) names.set(value, `%c${i}`)
  let count = 0
  for (const node of graph.nodes)
    for (const value of node.outputs) if (!names.has(value)) names.set(value, `%${count++}`)
  return (value) => names.get(value) ?? '%undefined'
}

/** A graph as text: the same graph always gives the same text. */
export function print(graph: Graph): string {
  const name = nameValues(graph)
  const typed = (value: Value) => `${name(value)}: ${describeType(value)}`
  const lines = [
    ...graph.inputs.map(({ value }) => `input ${typed(value)}`),
    ...graph.constants.map(({ value, data }) => `constant ${typed(value)} = ${listed(data)}`),
    ...graph.nodes.map(
      ({ op, inputs, attrs, outputs }) =>
        `${outputs.map(typed).join(', ')} = ${op}(${inputs.map(name).join(', ')})${printedAttrs(attrs)}`,
    ),
    ...graph.outputs.map((output) => `output ${output.name} = ${name(output.value)}`),
  ]
  return `${lines.join('\n')}\n`
}
