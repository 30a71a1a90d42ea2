/** Element types of the IR; `bool` holds one byte per element. */
export type DType = 'float32' | 'int32' | 'bool'
