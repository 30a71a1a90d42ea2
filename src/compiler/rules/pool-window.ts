import { at } from '../shape.ts'
import { type Window, windowOf, windowPositions } from './conv-geometry.ts'
import { arity, type KernelAttrs, need, operand, type TensorType } from './rule.ts'

export type PoolAttrs = Window & {
  /** Height and width of the window. */
  readonly kernel: readonly number[]
}

/** The window of a tfjs pool's attributes over an image batch `[n, h, w, c]`. */
export function poolWindow(raw: KernelAttrs, image: TensorType): PoolAttrs {
  need(image.dtype === 'float32' && image.shape.length === 4, 'takes a float32 image batch of rank 4')
  const size = raw.filterSize
  const kernel = Array.isArray(size) ? (size as readonly number[]) : [Number(size), Number(size)]
  return { ...windowOf(raw, image.shape.slice(1, 3), kernel), kernel }
}

export function pooledType(image: TensorType, attrs: PoolAttrs): TensorType {
  const { kernel, pads } = attrs
  need(
    pads.every((pad, side) => pad < at(kernel, side % 2)),
    'pads by a whole window or more',
  )
  const [n, height, width, channels] = image.shape as [number, number, number, number]
  return { dtype: 'float32', shape: [n, ...windowPositions([height, width], kernel, attrs), channels] }
}

/** The type of a pool of one image batch. */
export function inferPool(inputs: readonly TensorType[], attrs: PoolAttrs): readonly TensorType[] {
  arity(inputs, 1)
  return [pooledType(operand(inputs, 0), attrs)]
}
