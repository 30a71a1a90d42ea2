import * as tf from '@tensorflow/tfjs'
import { duplicateTensorName } from '../errors/compiler.ts'
import { GraphBuilder } from './build.ts'
import type { DType, Graph } from './ir.ts'
import { registerTraceBackend, type TraceBackend, traceBackendName } from './trace-backend.ts'
import { verify } from './verify.ts'

export interface TraceInput {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: DType
}

/**
 * Tensors by name to tensors by name; called once, on tensors that have shapes but no values.
 * With `declare` it adds an input that is not known beforehand.
 */
export type TracedFunction = (
  tensors: Record<string, tf.Tensor>,
  declare: (input: TraceInput) => tf.Tensor,
) => Record<string, tf.Tensor>

/**
 * Records a tfjs function as a graph, tfjs's gradients inside it included. Tensors made outside become constants.
 * @throws XP_NO_RULE, XP_UNFIT_OPERANDS, XP_READ_DURING_TRACE, XP_FROZEN_RANDOMNESS,
 * XP_DUPLICATE_TENSOR_NAME
 */
export function trace(inputs: readonly TraceInput[], fn: TracedFunction): Graph {
  registerTraceBackend()
  const engine = tf.engine()
  // Asking for the backend starts the default one where none has been used yet.
  void engine.backend
  const previous = tf.getBackend()
  void tf.setBackend(traceBackendName)
  const backend = engine.backend as TraceBackend
  const outer = backend.recording
  const graph = new GraphBuilder()
  backend.recording = graph
  try {
    const outputs: Graph['outputs'][number][] = []
    tf.tidy(() => {
      const declare = ({ name, dtype, shape }: TraceInput) =>
        engine.makeTensorFromTensorInfo(backend.tensorOf(graph.input(name, dtype, [...shape])), backend)
      const tensors = inputs.map((input) => [input.name, declare(input)] as const)
      for (const [name, tensor] of Object.entries(fn(Object.fromEntries(tensors), declare)))
        outputs.push({ name, value: backend.valueBehind(tensor) })
    })
    assertDistinct([...graph.inputs, ...outputs].map(({ name }) => name))
    return verify(graph.finish(outputs))
  } finally {
    backend.recording = outer
    void tf.setBackend(previous)
  }
}

function assertDistinct(names: readonly string[]): void {
  const twice = names.toSorted().find((name, i, sorted) => name === sorted[i + 1])
  if (twice !== undefined) throw duplicateTensorName(twice)
}
