import type { Data, Value } from '../ir.ts'
import { ruleOf } from '../rules/index.ts'
import { type Pass, rewrite } from './pass.ts'

const sizeLimit = 4096

/** Computes what is written twice only once; small equal constants are kept once. */
export const commonSubexpressions: Pass = {
  name: 'common subexpressions',
  run(graph) {
    const numbers = new Map<Value, number>()
    const numberOf = (value: Value): number => {
      const known = numbers.get(value)
      if (known !== undefined) return known
      numbers.set(value, numbers.size)
      return numbers.size - 1
    }
    const constants = new Map<string, number>()
    for (const { value, data } of graph.constants) {
      if (data.length > sizeLimit) continue
      const key = `${value.dtype} ${value.shape.join(',')} ${bitsOf(data)}`
      const first = constants.get(key)
      if (first === undefined) constants.set(key, numberOf(value))
      else numbers.set(value, first)
    }
    const seen = new Map<string, readonly Value[]>()
    return rewrite(graph, (node) => {
      const operands = node.inputs.map(numberOf)
      if (ruleOf(node.op).commutative === true) operands.sort((a, b) => a - b)
      const key = `${node.op} ${operands.join(',')} ${JSON.stringify(node.attrs)}`
      const first = seen.get(key)
      if (first === undefined) seen.set(key, node.outputs)
      return first
    })
  },
}

const bitsOf = (data: Data): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
