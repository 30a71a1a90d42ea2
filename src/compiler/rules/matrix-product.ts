import { describeType, emptyData, sizeOf } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { type Data, type HostTensor, need, type TensorType } from './rule.ts'

/** The type of a product of (optionally transposed) matrices in the last two axes; leading axes broadcast. */
export function matrixProductType(a: TensorType, b: TensorType, transposeA: boolean, transposeB: boolean): TensorType {
  const [p, q] = [a.shape.length, b.shape.length]
  need(
    p >= 2 && q >= 2 && a.dtype === 'float32' && b.dtype === 'float32',
    'takes two float32 tensors of rank 2 or more',
  )
  const [rows, inner] = [at(a.shape, transposeA ? p - 1 : p - 2), at(a.shape, transposeA ? p - 2 : p - 1)]
  const [innerB, columns] = [at(b.shape, transposeB ? q - 1 : q - 2), at(b.shape, transposeB ? q - 2 : q - 1)]
  const outer = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
  need(inner === innerB && outer !== undefined, `cannot multiply ${describeType(a)} by ${describeType(b)}`)
  return { dtype: 'float32', shape: [...outer, rows, columns] }
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
