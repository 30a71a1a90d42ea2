import type { Attrs, Constant, Data, DType, Graph, NamedValue, Node, Value } from './ir.ts'
import { ruleOf } from './rules/index.ts'
import type { NodeAdder } from './rules/rule.ts'

/** Collects the parts of a graph in order; equal scalars are kept once. */
export class GraphBuilder implements NodeAdder {
  readonly inputs: NamedValue[] = []
  readonly constants: Constant[] = []
  readonly nodes: Node[] = []
  readonly #producers = new Map<Value, Node>()
  readonly #constantData = new Map<Value, Data>()
  readonly #scalars = new Map<string, Value>()

  input(name: string, dtype: DType, shape: readonly number[]): Value {
    const value = { dtype, shape }
    this.inputs.push({ name, value })
    return value
  }

  /** Adds a node with inferred output types; a RangeError from its rule passes through. */
  add(op: string, inputs: readonly Value[], attrs: Attrs = {}): readonly Value[] {
    const outputs = ruleOf(op)
      .infer(inputs, attrs)
      .map(({ dtype, shape }) => ({ dtype, shape }))
    this.push({ op, inputs, attrs, outputs })
    return outputs
  }

  node(op: string, inputs: readonly Value[], attrs: Attrs = {}): Value {
    return this.add(op, inputs, attrs)[0] as Value
  }

  /** Adds a node whose output values exist already. */
  push(node: Node): void {
    this.nodes.push(node)
    for (const value of node.outputs) this.#producers.set(value, node)
  }

  constant(dtype: DType, shape: readonly number[], data: Data): Value {
    const key = data.length === 1 ? `${dtype} ${shape.length} ${Object.is(data[0], -0) ? '-0' : data[0]}` : undefined
    const known = key === undefined ? undefined : this.#scalars.get(key)
    if (known !== undefined) return known
    const value = { dtype, shape }
    if (key !== undefined) this.#scalars.set(key, value)
    this.keep({ value, data })
    return value
  }

  scalar(value: number): Value {
    return this.constant('float32', [], Float32Array.of(value))
  }

  /** Adds a constant whose value exists already. */
  keep(constant: Constant): void {
    this.constants.push(constant)
    this.#constantData.set(constant.value, constant.data)
  }

  /** The node that computes a value; undefined for inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.#producers.get(value)
  }

  /** The elements of a constant. */
  constantData(value: Value): Data | undefined {
    return this.#constantData.get(value)
  }

  finish(outputs: readonly NamedValue[]): Graph {
    return { inputs: this.inputs, constants: this.constants, nodes: this.nodes, outputs }
  }
}
