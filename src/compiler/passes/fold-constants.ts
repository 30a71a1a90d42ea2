import type { HostTensor } from '../executor.ts'
import { type Data, emptyData, sizeOf, type Value } from '../ir.ts'
import { ruleOf } from '../rules/index.ts'
import { type Pass, type Rewriting, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

/** Elements; larger results would make the model file bigger than they save time. */
const sizeLimit = 16_384

/** Computes nodes whose operands are known, through the rules' own arithmetic. */
export const foldConstants: Pass = {
  name: 'fold constants',
  run: (graph) =>
    rewrite(graph, (node, builder) => {
      const [out] = node.outputs
      if (out === undefined || node.outputs.length !== 1 || node.op === 'Fill' || node.inputs.length === 0)
        return undefined
      const rule = ruleOf(node.op)
      if (rule.elementwise === true) {
        const numbers = node.inputs.map((value) => uniformValue(value, builder))
        if (numbers.every((n) => n !== undefined)) {
          const scalars = node.inputs.map((value, i) => oneElement(value, numbers[i] as number))
          const type = { dtype: out.dtype, shape: [] }
          const [result] = rule.evaluate(scalars, node.attrs, [type])
          return [uniform(out, result?.[0] as number, builder)]
        }
      }
      const constants = node.inputs.map((value) => constantOf(value, builder))
      if (sizeOf(out.shape) > sizeLimit || !constants.every((c) => c !== undefined)) return undefined
      const [data] = rule.evaluate(constants as HostTensor[], node.attrs, [out])
      return data && [builder.constant(out.dtype, out.shape, data)]
    }),
}

const oneElement = ({ dtype }: Value, number: number): HostTensor => ({
  dtype,
  shape: [],
  data: emptyData(dtype, 1).fill(number),
})

function uniform({ dtype, shape }: Value, value: number, graph: Rewriting): Value {
  if (sizeOf(shape) !== 1) return graph.node('Fill', [], { shape, value, dtype })
  return graph.constant(dtype, shape, emptyData(dtype, 1).fill(value))
}

function constantOf(value: Value, graph: Rewriting): HostTensor | undefined {
  const data: Data | undefined = graph.constantData(value)
  return data && { ...value, data }
}
