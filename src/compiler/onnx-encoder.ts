import { create } from '@bufbuild/protobuf'
import type { Provider } from './executor.ts'
import { type Data, type DType, describeType, type TensorType } from './ir.ts'
import { onnxDType } from './onnx-dtype.ts'
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-proto/onnx-ml_pb.ts'
import type { Lowering, OnnxAttribute } from './rules/rule.ts'

function attribute(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string') {
    const s = new TextEncoder().encode(value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s })
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) })
}

/** An initializer; its bytes are those of `data`, little-endian. */
export function tensorProto(
  name: string,
  dtype: DType | 'int64',
  shape: readonly number[],
  data: Data | BigInt64Array,
): TensorProto {
  const rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
  return create(TensorProtoSchema, { name, dataType: onnxDType[dtype], dims: shape.map(BigInt), rawData })
}

export function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const dim = shape.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } }))
  const tensorType = { elemType: onnxDType[dtype], shape: { dim } }
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } })
}

/** Collects ONNX nodes and initializers; `within` gives the lowering of one IR node. */
export class OnnxEncoder {
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly #provider: Provider
  readonly #shared = new Map<string, string>()
  #count = 0

  constructor(provider: Provider) {
    this.#provider = provider
  }

  #fresh(): string {
    return `.${this.#count++}`
  }

  #initializer(key: string, dtype: DType | 'int64', shape: readonly number[], data: Data | BigInt64Array): string {
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    const name = this.#fresh()
    this.#shared.set(key, name)
    this.initializers.push(tensorProto(name, dtype, shape, data))
    return name
  }

  emit(
    opType: string,
    inputs: readonly string[],
    attrs: Readonly<Record<string, OnnxAttribute>> = {},
    options: { readonly output?: string; readonly outputs?: readonly string[]; readonly domain?: string } = {},
  ): string {
    const outputs = options.outputs ?? [options.output ?? this.#fresh()]
    const used = outputs.slice(0, outputs.findLastIndex((name) => name !== '') + 1)
    const node = {
      name: `${opType}${this.nodes.length}`,
      opType,
      domain: options.domain ?? '',
      input: [...inputs],
      output: used,
      attribute: Object.entries(attrs).map(([name, value]) => attribute(name, value)),
    }
    this.nodes.push(create(NodeProtoSchema, node))
    return outputs[0] ?? ''
  }

  int64(values: readonly number[]): string {
    const data = BigInt64Array.from(values.map(BigInt))
    return this.#initializer(`int64 ${values.join(' ')}`, 'int64', [values.length], data)
  }

  scalar(value: number, dtype: DType): string {
    const data =
      dtype === 'float32' ? Float32Array.of(value) : dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value)
    return this.#initializer(`${dtype} ${Object.is(value, -0) ? '-0' : value}`, dtype, [], data)
  }

  within(node: {
    inputs: readonly string[]
    outputs: readonly string[]
    inputTypes: readonly TensorType[]
    outputTypes: readonly TensorType[]
  }): Lowering {
    return {
      ...node,
      provider: this.#provider,
      emit: (...parameters) => this.emit(...parameters),
      int64: (values) => this.int64(values),
      scalar: (value, dtype) => this.scalar(value, dtype),
      output: node.outputs[0] ?? '',
      input(index) {
        const name = node.inputs[index]
        if (name === undefined)
          throw new Error(`no operand ${index} among ${node.inputTypes.map(describeType).join(', ')}`)
        return name
      },
    }
  }
}
