import * as tf from '@tensorflow/tfjs'
import { frozenRandomness, noRule, readDuringTrace, unfitOperands } from '../errors/compiler.ts'
import type { GraphBuilder } from './build.ts'
import { callSite } from './call-site.ts'
import { registerGradients } from './gradients/index.ts'
import { noteCall } from './gradients/missing.ts'
import { type Data, type DType, sizeOf, type Value } from './ir.ts'
import { onnxDType } from './onnx-dtype.ts'
import { expansions, rules } from './rules/index.ts'
import type { KernelAttrs } from './rules/rule.ts'

export const traceBackendName = 'xp-trace'

/** Names of the tfjs ops being executed, outermost first. */
function openOps(): string[] {
  const { scopeStack } = (tf.engine() as unknown as { state: { scopeStack: { name: string }[] } }).state
  return scopeStack
    .map(({ name }) => name)
    .filter((name) => name?.endsWith('__op'))
    .map((name) => name.slice(0, -4))
}

const drawsRandomNumbers = (op: string) => /^(random|dropout$|truncatedNormal$|multinomial$)/.test(op)

/** A tfjs backend that computes nothing: it adds each kernel to `recording`. */
export class TraceBackend extends tf.KernelBackend {
  /** The graph being traced; undefined between traces. */
  recording: GraphBuilder | undefined
  readonly #values = new WeakMap<object, Value>()
  readonly #references = new Map<object, number>()

  /** The value behind a tensor; one that was made outside the trace becomes a constant. */
  valueBehind(tensor: tf.TensorInfo): Value {
    const known = this.#values.get(tensor.dataId)
    if (known !== undefined) return known
    const value = this.#constant(tensor.dtype, tensor.shape, tf.engine().readSync(tensor.dataId) as Data)
    this.#values.set(tensor.dataId, value)
    return value
  }

  tensorOf(value: Value): tf.TensorInfo {
    const dataId = {}
    this.#values.set(dataId, value)
    this.#references.set(dataId, 1)
    return { dataId, shape: [...value.shape], dtype: value.dtype as tf.DataType }
  }

  #constant(dtype: tf.DataType, shape: readonly number[], data: Data): Value {
    const graph = this.recording
    if (graph === undefined) throw new Error('a tensor was written to the trace backend outside a trace')
    if (!(dtype in onnxDType)) throw unfitOperands('a constant', callSite(), `of dtype ${dtype} cannot be compiled`)
    const type = dtype as DType
    if (sizeOf(shape) > 1 && data.every((element) => element === data[0]))
      return graph.node('Fill', [], { shape: [...shape], value: data[0] as number, dtype: type })
    const copy =
      type === 'float32' ? Float32Array.from(data) : type === 'int32' ? Int32Array.from(data) : Uint8Array.from(data)
    return graph.constant(type, [...shape], copy)
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const random = openOps().find(drawsRandomNumbers)
    if (random !== undefined) throw frozenRandomness(`tf.${random}`, callSite())
    return this.tensorOf(this.#constant(dtype, shape, values as Data)).dataId
  }

  override readSync(): never {
    const op = openOps().at(-1)
    throw readDuringTrace(op === undefined ? 'dataSync' : `tf.${op}`, callSite())
  }

  override read(): never {
    return this.readSync()
  }

  override incRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) + 1)
  }

  decRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) - 1)
  }

  override refCount(dataId: object): number {
    return this.#references.get(dataId) ?? 0
  }

  override disposeData(dataId: object, force = false): boolean {
    this.decRef(dataId)
    if (!force && this.refCount(dataId) > 0) return false
    this.#references.delete(dataId)
    return true
  }

  override numDataIds(): number {
    return this.#references.size
  }

  override floatPrecision(): 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }

  override timerAvailable(): boolean {
    return false
  }

  override dispose(): void {}
}

type Recorded = (
  graph: GraphBuilder,
  inputs: readonly Value[],
  attrs: KernelAttrs,
  present: readonly string[],
) => readonly Value[]

/** Registers one tfjs kernel that records; a failing rule becomes an error that names the model's line. */
function register(
  kernelName: string,
  operands: readonly string[] | 'list',
  record: Recorded,
  returnsList = false,
): void {
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc({ inputs, attrs, backend }) {
      const trace = backend as TraceBackend
      const graph = trace.recording
      if (graph === undefined) throw new Error(`${kernelName} was called on the trace backend outside a trace`)
      noteCall(kernelName)
      const names = operands === 'list' ? Object.keys(inputs) : operands
      const present = names.filter((name) => inputs[name] !== undefined && inputs[name] !== null)
      const values = present.map((name) => trace.valueBehind(inputs[name] as tf.TensorInfo))
      try {
        const results = record(graph, values, (attrs ?? {}) as KernelAttrs, present)
        const tensors = results.map((value) => trace.tensorOf(value))
        return returnsList ? tensors : (tensors[0] as tf.TensorInfo)
      } catch (error) {
        if (error instanceof RangeError) throw unfitOperands(kernelName, callSite(), error.message)
        throw error
      }
    },
  })
}

/** Registers the backend, its kernels and missing gradients once per process. */
export function registerTraceBackend(): void {
  if (tf.findBackendFactory(traceBackendName) !== null && tf.findBackendFactory(traceBackendName) !== undefined) return
  registerGradients()
  tf.registerBackend(traceBackendName, () => new TraceBackend(), 0)
  const expanded = new Set(expansions.map(({ kernel }) => kernel))
  for (const { op, kernel } of rules)
    if (kernel !== undefined && !expanded.has(op))
      register(op, kernel.operands, (graph, inputs, raw) => graph.add(op, inputs, kernel.attrs?.(raw, inputs) ?? {}))
  for (const { kernel, operands, expand, returnsList } of expansions)
    register(kernel, operands, (graph, inputs, raw, present) => expand(graph, inputs, raw, present), returnsList)
  const known = new Set(tf.getKernelsForBackend(traceBackendName).map(({ kernelName }) => kernelName))
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    if (!known.has(kernelName))
      register(kernelName, [], () => {
        throw noRule(kernelName, callSite())
      })
}
