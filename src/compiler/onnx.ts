import { create, toBinary } from '@bufbuild/protobuf'
import type { Provider } from './executor.ts'
import type { Graph, Value } from './ir.ts'
import { OnnxEncoder, tensorProto, valueInfo } from './onnx-encoder.ts'
import { ModelProtoSchema } from './onnx-proto/onnx-ml_pb.ts'
import { ruleOf } from './rules/index.ts'

const irVersion = 10n
const opset = 21n

/** Names of all values: graph outputs that a node computes carry their own name. */
function nameForOnnx(graph: Graph): Map<Value, string> {
  const names = new Map<Value, string>()
  for (const { name, value } of graph.inputs) names.set(value, name)
  for (const [i, { value }] of graph.constants.entries()) names.set(value, `%c${i}`)
  for (const { name, value } of graph.outputs) if (!names.has(value)) names.set(value, name)
  let count = 0
  for (const node of graph.nodes)
    for (const value of node.outputs) if (!names.has(value)) names.set(value, `%${count++}`)
  return names
}

/** A graph as an ONNX model: IR version 10, opset 21, com.microsoft 1 for fused kernels; constants are initializers. */
export function toOnnx(graph: Graph, provider: Provider = 'cpu'): Uint8Array {
  const encoder = new OnnxEncoder(provider)
  const names = nameForOnnx(graph)
  const nameOf = (value: Value) => names.get(value) ?? ''
  const read = new Set<Value>()
  for (const { inputs } of graph.nodes) for (const value of inputs) read.add(value)
  for (const { value } of graph.outputs) read.add(value)
  const nameAgain = (value: Value) => {
    for (const { name } of graph.outputs.filter((output) => output.value === value))
      if (nameOf(value) !== name) encoder.emit('Identity', [nameOf(value)], {}, { output: name })
  }
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    const written = outputs.map((value, i) => (i === 0 || read.has(value) ? nameOf(value) : ''))
    const node = { inputs: inputs.map(nameOf), outputs: written, inputTypes: inputs, outputTypes: outputs }
    ruleOf(op).lower(encoder.within(node), attrs)
    // Right behind the node: at the graph's end ONNX Runtime would begin with it, before the backward pass gets there.
    for (const value of outputs) nameAgain(value)
  }
  for (const { value } of [...graph.inputs, ...graph.constants]) nameAgain(value)
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'xp',
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: {
      name: 'xp',
      node: encoder.nodes,
      initializer: [
        ...graph.constants.map(({ value, data }) => tensorProto(nameOf(value), value.dtype, value.shape, data)),
        ...encoder.initializers,
      ],
      input: graph.inputs.map(({ name, value }) => valueInfo(name, value)),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value)),
    },
  })
  return toBinary(ModelProtoSchema, model)
}
