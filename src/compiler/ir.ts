/** Element types of the IR; `bool` holds one byte per element, half floats their float32 values. */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'int32' | 'bool'

export const isFloat = (dtype: DType): boolean => dtype.includes('float')

export interface TensorType {
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** One tensor of a graph. Its identity is the object, so a value needs no name. */
export interface Value extends TensorType {}

export type Attribute = number | string | boolean | readonly number[]
export type Attrs = Readonly<Record<string, Attribute>>

/** Element storage of a tensor in host memory, row-major. */
export type Data = Float32Array | Int32Array | Uint8Array

export interface Node {
  /** A tfjs kernel name, or one of the compiler's own: Gemm, FusedMatMul, LayerNormalization, Gelu. */
  readonly op: string
  readonly inputs: readonly Value[]
  readonly attrs: Attrs
  readonly outputs: readonly Value[]
}

export interface NamedValue {
  readonly name: string
  readonly value: Value
}

export interface Constant {
  readonly value: Value
  readonly data: Data
}

/** A pure function of named tensors: every value is assigned once, nodes stand in topological order. */
export interface Graph {
  readonly inputs: readonly NamedValue[]
  readonly constants: readonly Constant[]
  readonly nodes: readonly Node[]
  readonly outputs: readonly NamedValue[]
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis])

export const sameType = (a: TensorType, b: TensorType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

export function emptyData(dtype: DType, size: number): Data {
  if (isFloat(dtype)) return new Float32Array(size)
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size)
}

export const describeType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(',')}]`
