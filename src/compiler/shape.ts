import { elementCount } from '../std/shape.ts'

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = at(strides, axis + 1) * at(shape, axis + 1)
  return strides
}

/** The element at `index`, which the caller knows to exist. */
export const at = (list: ArrayLike<number>, index: number): number => list[index] as number

/** NumPy broadcasting of two shapes, or undefined when they do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (x !== y && x !== 1 && y !== 1) return undefined
    shape.push(x === 1 ? y : x)
  }
  return shape
}

/** Strides that read a tensor of `shape` as if it were broadcast to `target`: 0 along the repeated axes. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape)
  const offset = target.length - shape.length
  return target.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : at(strides, axis - offset)))
}

/**
 * For each element of `shape` in row-major order, its offset under each list of `strides`.
 * `visit(position, offsets)` reuses the `offsets` array between calls.
 */
export function forEachOffset(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const index = new Array<number>(shape.length).fill(0)
  const offsets = new Array<number>(strides.length).fill(0)
  const size = elementCount(shape)
  for (let position = 0; position < size; position++) {
    visit(position, offsets)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = at(index, axis) + 1
      const wrap = next === at(shape, axis)
      index[axis] = wrap ? 0 : next
      for (let s = 0; s < strides.length; s++) {
        const stride = at(strides[s] as readonly number[], axis)
        offsets[s] = at(offsets, s) + (wrap ? -stride * (at(shape, axis) - 1) : stride)
      }
      if (!wrap) break
    }
  }
}

/** tfjs axis arguments (null, one axis, several; negative from the end) as ascending axis numbers. */
export function normalAxes(axis: unknown, rank: number): number[] {
  const listed = axis === null || axis === undefined ? [...Array(rank).keys()] : Array.isArray(axis) ? axis : [axis]
  return listed.map((a) => (Number(a) + rank) % Math.max(rank, 1)).sort((a, b) => a - b)
}

/** The shape after reducing over `axes`. */
export const reducedShape = (shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] =>
  keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis))
