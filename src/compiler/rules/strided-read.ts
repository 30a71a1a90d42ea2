import { emptyData, sizeOf } from '../ir.ts'
import { at, forEachOffset, stridesOf } from '../shape.ts'
import type { Data, HostTensor, TensorType } from './rule.ts'

/** Elements `begin + i · step` of each axis, for the indices i of `shape`. */
export function stridedRead(
  x: HostTensor,
  begin: readonly number[],
  steps: readonly number[],
  { shape }: TensorType,
): Data {
  const strides = stridesOf(x.shape)
  const start = begin.reduce((offset, b, axis) => offset + b * at(strides, axis), 0)
  const out = emptyData(x.dtype, sizeOf(shape))
  forEachOffset(shape, [strides.map((s, axis) => s * at(steps, axis))], (i, [from]) => {
    out[i] = at(x.data, start + (from as number))
  })
  return out
}
