import type { Node, Value } from '../ir.ts'
import type { Rewriting } from './pass.ts'
import { uniformValue } from './uniform.ts'

/** Both orders of the operands of a commutative node with the given op; none otherwise. */
export function eitherOrder(node: Node | undefined, op: string): (readonly [Value, Value])[] {
  if (node?.op !== op) return []
  const [a, b] = node.inputs as [Value, Value]
  return [
    [a, b],
    [b, a],
  ]
}

/** The other operand of a Multiply, or the first of a RealDiv, when the node scales it by about `factor`. */
export function scaledBy(node: Node | undefined, factor: number, graph: Rewriting): Value | undefined {
  const close = (value: Value, wanted: number) => {
    const number = uniformValue(value, graph)
    return number !== undefined && Math.abs(number - wanted) <= 1e-6 * Math.abs(wanted)
  }
  for (const [x, by] of eitherOrder(node, 'Multiply')) if (close(by, factor)) return x
  if (node?.op !== 'RealDiv') return undefined
  const [x, by] = node.inputs as [Value, Value]
  return close(by, 1 / factor) ? x : undefined
}
