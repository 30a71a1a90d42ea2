import type { HostTensor, Provider } from '../executor.ts'
import type { Attrs, Data, DType, TensorType, Value } from '../ir.ts'

export type { Attrs, Data, DType, HostTensor, TensorType, Value }

/** Attributes as tfjs passes them to a kernel. */
export type KernelAttrs = Readonly<Record<string, unknown>>

/** How the tfjs kernel of the same name becomes a node. */
export interface KernelSignature<A extends Attrs = Attrs> {
  /** Names of the kernel's tensor arguments in the node's order; `list` when tfjs passes an array. */
  readonly operands: readonly string[] | 'list'
  /** The node's attributes: axes non-negative and listed, shapes complete. None when absent. */
  attrs?(raw: KernelAttrs, inputs: readonly TensorType[]): A
}

/** An ONNX attribute; a bare number is an INT, a bare list is INTS. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number }

/** Writes the ONNX nodes of one IR node. */
export interface Lowering {
  /** What will run the graph: some lack operators. */
  readonly provider: Provider
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly inputTypes: readonly TensorType[]
  readonly outputTypes: readonly TensorType[]
  /** Adds a node with one output and returns its name; `output` names it when it is one of the IR node's own. */
  emit(
    opType: string,
    inputs: readonly string[],
    attrs?: Readonly<Record<string, OnnxAttribute>>,
    options?: { readonly output?: string; readonly outputs?: readonly string[]; readonly domain?: string },
  ): string
  /** A 1-D int64 initializer. */
  int64(values: readonly number[]): string
  /** A scalar initializer. */
  scalar(value: number, dtype: DType): string
  /** The first output's name. */
  readonly output: string
  /** The n-th input's name. */
  input(index: number): string
}

/** Everything the compiler knows about one op. */
export interface Rule<A extends Attrs = Attrs> {
  readonly op: string
  readonly kernel?: KernelSignature<A>
  /** Output types; throws a RangeError that says what does not fit. */
  infer(inputs: readonly TensorType[], attrs: A): readonly TensorType[]
  /** The meaning of the op, in plain JavaScript; float32 results are rounded on storing. */
  evaluate(inputs: readonly HostTensor[], attrs: A, outputs: readonly TensorType[]): readonly Data[]
  lower(onnx: Lowering, attrs: A): void
  /** Each output element depends on the same (broadcast) element of every input only. */
  readonly elementwise?: boolean
  /** The order of the two inputs does not matter. */
  readonly commutative?: boolean
  /** A zero in one of these inputs makes the output element zero. */
  readonly zeroPreserving?: readonly number[]
}

/** A tfjs kernel written as nodes of other ops. */
export interface Expansion {
  readonly kernel: string
  readonly operands: readonly string[] | 'list'
  /** tfjs expects an array of results. */
  readonly returnsList?: boolean
  /** `present` names `inputs`: an optional operand may be missing from both. */
  expand(add: NodeAdder, inputs: readonly Value[], raw: KernelAttrs, present: readonly string[]): readonly Value[]
}

export interface NodeAdder {
  /** Adds a node and returns its first output. */
  node(op: string, inputs: readonly Value[], attrs?: Attrs): Value
  /** Adds a node and returns all its outputs. */
  add(op: string, inputs: readonly Value[], attrs?: Attrs): readonly Value[]
  constant(dtype: DType, shape: readonly number[], data: Data): Value
}

export function need(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RangeError(message)
}

/** The n-th operand of a node, checked to be there. */
export function operand<T>(inputs: readonly T[], index: number): T {
  const found = inputs[index]
  need(found !== undefined, `operand ${index} is missing`)
  return found
}

export const arity = (inputs: readonly unknown[], count: number): void =>
  need(inputs.length === count, `takes ${count} operand${count === 1 ? '' : 's'}, got ${inputs.length}`)
