import type { Target } from './executor.ts'
import type { Graph } from './ir.ts'
import { toOnnx } from './onnx.ts'
import { autocast } from './passes/autocast.ts'
import { removeDeadCode } from './passes/dead-code.ts'
import { optimize } from './passes/index.ts'
import { type MemoryMode, recompute } from './recompute.ts'
import { type TracedFunction, type TraceInput, trace } from './trace.ts'
import { verify } from './verify.ts'
import { verifyInPlace } from './verify-in-place.ts'

export interface CompileOptions {
  /** Output name → the input whose buffer it overwrites. */
  readonly inPlace?: Readonly<Record<string, string>>
  /** `low` computes the forward pass again, block by block, instead of keeping it; `normal` when absent. */
  readonly memory?: MemoryMode
  /** The CPU in float32 when absent. */
  readonly target?: Target
}

export interface Compiled {
  /** The optimised graph; inputs and outputs keep their names and types. */
  readonly graph: Graph
  readonly onnx: Uint8Array
}

const cpu: Target = { provider: 'cpu', precision: 'fp32' }

/**
 * A tfjs function, its gradients included, as an ONNX model.
 * @throws what {@link trace} throws; XP_IN_PLACE_HAZARD, XP_IN_PLACE_MISMATCH
 */
export function compile(inputs: readonly TraceInput[], fn: TracedFunction, options: CompileOptions = {}): Compiled {
  const { provider, precision } = options.target ?? cpu
  const { inPlace = {}, memory = 'normal' } = options
  const cast = removeDeadCode.run(verify(autocast(optimize(trace(inputs, fn)), precision), 'autocast'))
  const graph = verify(recompute(cast, memory, new Set(Object.values(inPlace))), 'recompute')
  verifyInPlace(graph, inPlace)
  return { graph, onnx: toOnnx(graph, provider) }
}
