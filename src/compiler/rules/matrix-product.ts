import { describeType, emptyData, isFloat, sizeOf } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { type Data, type HostTensor, type Lowering, need, operand, type TensorType } from './rule.ts'

/** The type of a product of (optionally transposed) matrices in the last two axes; leading axes broadcast. */
export function matrixProductType(a: TensorType, b: TensorType, transposeA: boolean, transposeB: boolean): TensorType {
  const [p, q] = [a.shape.length, b.shape.length]
  const floats = isFloat(a.dtype) && a.dtype === b.dtype
  need(p >= 2 && q >= 2 && floats, 'takes two float32 tensors of rank 2 or more')
  const [rows, inner] = [at(a.shape, transposeA ? p - 1 : p - 2), at(a.shape, transposeA ? p - 2 : p - 1)]
  const [innerB, columns] = [at(b.shape, transposeB ? q - 1 : q - 2), at(b.shape, transposeB ? q - 2 : q - 1)]
  const outer = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
  need(inner === innerB && outer !== undefined, `cannot multiply ${describeType(a)} by ${describeType(b)}`)
  return { dtype: a.dtype, shape: [...outer, rows, columns] }
}

/** alpha · A · B, summed in double precision. */
export function matrixProduct(
  a: HostTensor,
  b: HostTensor,
  { transposeA, transposeB, alpha = 1 }: { transposeA: boolean; transposeB: boolean; alpha?: number },
  { shape }: TensorType,
): Data {
  const out = emptyData('float32', sizeOf(shape))
  const outer = shape.slice(0, -2)
  const [rows, columns] = [at(shape, shape.length - 2), at(shape, shape.length - 1)]
  const inner = at(a.shape, a.shape.length - (transposeA ? 2 : 1))
  const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1]
  const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1]
  const batchStrides = (x: TensorType) =>
    broadcastStrides(x.shape.slice(0, -2), outer).map((s) => s * sizeOf(x.shape.slice(-2)))
  forEachOffset(outer, [batchStrides(a), batchStrides(b)], (batch, offsets) => {
    const [startA, startB] = [at(offsets, 0), at(offsets, 1)]
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0
        for (let k = 0; k < inner; k++)
          sum += at(a.data, startA + i * rowA + k * innerA) * at(b.data, startB + k * innerB + j * columnB)
        out[(batch * rows + i) * columns + j] = alpha * sum
      }
  })
  return out
}

/**
 * Writes alpha · A · B: FusedMatMul where the provider has it, else transposes and a factor.
 * @param rank of the operands
 */
export function lowerProduct(
  onnx: Lowering,
  inputs: readonly string[],
  rank: number,
  { transposeA, transposeB, alpha = 1 }: { transposeA: boolean; transposeB: boolean; alpha?: number },
  output?: string,
): string {
  const named = output === undefined ? {} : { output }
  if (onnx.provider !== 'webgpu') {
    const attrs = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } }
    return onnx.emit('FusedMatMul', inputs, attrs, { ...named, domain: 'com.microsoft' })
  }
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
  const turned = (index: number, transpose: boolean) =>
    transpose ? onnx.emit('Transpose', [operand(inputs, index)], { perm }) : operand(inputs, index)
  const operands = [turned(0, transposeA), turned(1, transposeB)]
  if (alpha === 1) return onnx.emit('MatMul', operands, {}, named)
  return onnx.emit('Mul', [onnx.emit('MatMul', operands), onnx.scalar(alpha, 'float32')], {}, named)
}
