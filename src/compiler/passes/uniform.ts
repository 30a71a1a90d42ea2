import type { GraphBuilder } from '../build.ts'
import type { Value } from '../ir.ts'

/** The number that every element of a value is known to have: a Fill's or a one-element constant's. */
export function uniformValue(value: Value, graph: GraphBuilder): number | undefined {
  const data = graph.constantData(value)
  if (data !== undefined) return data.length === 1 ? data[0] : undefined
  const node = graph.producer(value)
  if (node === undefined) return undefined
  if (node.op === 'Fill') return node.attrs.value as number
  if (node.op !== 'Reshape' && node.op !== 'BroadcastTo' && node.op !== 'Identity') return undefined
  return node.inputs[0] && uniformValue(node.inputs[0], graph)
}
