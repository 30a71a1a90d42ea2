import { GraphBuilder } from '../build.ts'
import type { Precision } from '../executor.ts'
import type { DType, Graph, Node, Value } from '../ir.ts'

const products = ['BatchMatMul', 'FusedMatMul', 'Gemm']
const convolutions = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter']

/** Depthwise weight gradients multiply by a float32 matrix; ONNX Runtime has bfloat16 kernels for products only. */
const isCast = ({ op, attrs }: Node, half: DType): boolean =>
  products.includes(op) || (half === 'float16' && convolutions.includes(op) && (attrs.groups ?? 1) === 1)

/**
 * Matrix products and convolutions in half precision, as torch.autocast: their float32 operands are rounded, their
 * results go back to float32. Softmax, normalisation, sums and losses stay float32, and so do inputs and outputs of the
 * graph. `bf16` leaves convolutions alone.
 */
export function autocast(graph: Graph, precision: Precision): Graph {
  if (precision === 'fp32') return graph
  const half: DType = precision === 'fp16' ? 'float16' : 'bfloat16'
  const builder = new GraphBuilder()
  builder.inputs.push(...graph.inputs)
  for (const constant of graph.constants) builder.keep(constant)
  const halves = new Map<Value, Value>()
  const halfOf = (value: Value): Value => {
    const known = halves.get(value) ?? builder.node('Cast', [value], { dtype: half })
    halves.set(value, known)
    return known
  }
  for (const node of graph.nodes) {
    if (!isCast(node, half)) {
      builder.push(node)
      continue
    }
    const outputs = builder.add(node.op, node.inputs.map(halfOf), node.attrs)
    for (const [i, result] of node.outputs.entries()) {
      const value = outputs[i] as Value
      halves.set(result, value)
      builder.push({ op: 'Cast', inputs: [value], attrs: { dtype: 'float32' }, outputs: [result] })
    }
  }
  return builder.finish(graph.outputs)
}
