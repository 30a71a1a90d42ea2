import type { GraphBuilder } from '../build.ts'
import { sameShape, sizeOf, type Value } from '../ir.ts'
import { at } from '../shape.ts'

/**
 * A run of positions along one axis, told in row-major terms so that it survives reshapes: of `outer · length · inner`
 * elements those whose middle index lies in [begin, begin + size).
 */
export interface Region {
  readonly outer: number
  readonly length: number
  readonly inner: number
  readonly begin: number
  readonly size: number
}

/** Where a region lies in a shape: the axis counts `before · length · after` positions. */
export interface Place {
  readonly axis: number
  readonly before: number
  readonly after: number
}

export const sameRegion = (a: Region, b: Region): boolean =>
  a.outer === b.outer && a.length === b.length && a.inner === b.inner && a.begin === b.begin && a.size === b.size

/** Narrowing pays when it leaves at most half of the positions. */
export const isWorthwhile = ({ size, length }: Region): boolean => size * 2 <= length

/** The axis of a shape that holds a region, or undefined when the region crosses axes. */
export function placeOf(shape: readonly number[], { outer, length, inner }: Region): Place | undefined {
  for (let axis = 0; axis < shape.length; axis++) {
    const [before, after] = [outer / sizeOf(shape.slice(0, axis)), inner / sizeOf(shape.slice(axis + 1))]
    if (Number.isInteger(before) && Number.isInteger(after) && shape[axis] === before * length * after)
      return { axis, before, after }
  }
  return undefined
}

/** The region at another place: same positions of `shape`'s axis as `region` has of its own. */
export function regionAt(shape: readonly number[], { axis, before, after }: Place, region: Region): Region {
  const outer = sizeOf(shape.slice(0, axis)) * before
  return { ...region, outer, inner: sizeOf(shape.slice(axis + 1)) * after }
}

/** A shape with only the region's positions left. */
export function narrowedShape(shape: readonly number[], region: Region): number[] {
  const place = placeOf(shape, region)
  if (place === undefined) throw new Error('a region lies across axes')
  return shape.with(place.axis, place.before * region.size * place.after)
}

/** Axes around the region's own, so that it can be cut or padded. */
const unfolded = (region: Region, length: number): number[] => [region.outer, length, region.inner]

function reshaped(x: Value, shape: readonly number[], graph: GraphBuilder): Value {
  return sameShape(x.shape, shape) ? x : graph.node('Reshape', [x], { shape })
}

export function cut(x: Value, region: Region, graph: GraphBuilder): Value {
  const place = placeOf(x.shape, region)
  const shape = narrowedShape(x.shape, region)
  if (place?.before === 1 && place.after === 1)
    return graph.node('Slice', [x], {
      begin: x.shape.map((_, a) => (a === place.axis ? region.begin : 0)),
      size: shape,
    })
  const middle = reshaped(x, unfolded(region, region.length), graph)
  const size = unfolded(region, region.size)
  return reshaped(graph.node('Slice', [middle], { begin: [0, region.begin, 0], size }), shape, graph)
}

/** Zeros around a value that was narrowed to the region. */
export function padded(x: Value, region: Region, shape: readonly number[], graph: GraphBuilder): Value {
  const middle = reshaped(x, unfolded(region, region.size), graph)
  const after = [0, region.length - region.begin - region.size, 0]
  const whole = graph.node('PadV2', [middle], { before: [0, region.begin, 0], after, value: 0 })
  return reshaped(whole, shape, graph)
}

/** The one axis along which a box leaves something out, as a region. */
export function boxRegion(
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
): Region | undefined {
  const axes = shape.flatMap((length, axis) => (at(size, axis) === length ? [] : [axis]))
  const [axis] = axes
  if (axis === undefined || axes.length !== 1) return undefined
  const own = { outer: 1, inner: 1, length: at(shape, axis), begin: at(begin, axis), size: at(size, axis) }
  const region = regionAt(shape, { axis, before: 1, after: 1 }, own)
  return isWorthwhile(region) ? region : undefined
}
