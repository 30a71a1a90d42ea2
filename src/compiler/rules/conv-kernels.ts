import { at } from '../shape.ts'
import { toNchw, toNhwc, type Window, windowOf } from './conv-geometry.ts'
import { patchGradients, patchProduct, productShape } from './conv-patches.ts'
import { type Expansion, type KernelAttrs, type NodeAdder, operand, type Value } from './rule.ts'

/** tfjs's filter `[kh, kw, in, out]` as the IR's weight `[out, in, kh, kw]`, and back. */
const toWeight = [3, 2, 0, 1]
const toFilter = [2, 3, 1, 0]

const transpose = (add: NodeAdder, x: Value, perm: readonly number[]): Value => add.node('Transpose', [x], { perm })

/** What tfjs calls NCHW, computed channels last. */
const isChannelsFirst = ({ dataFormat }: KernelAttrs): boolean => dataFormat === 'NCHW'
const inward = (add: NodeAdder, x: Value, raw: KernelAttrs): Value =>
  isChannelsFirst(raw) ? transpose(add, x, toNhwc) : x
const outward = (add: NodeAdder, y: Value, raw: KernelAttrs): readonly Value[] => [
  isChannelsFirst(raw) ? transpose(add, y, toNchw) : y,
]

const imageSize = (shape: readonly number[], raw: KernelAttrs): number[] =>
  isChannelsFirst(raw) ? shape.slice(2, 4) : shape.slice(1, 3)

/** tfjs's depthwise filter `[kh, kw, channels, multiplier]` as a weight `[channels · multiplier, 1, kh, kw]`. */
function depthwiseWeight(add: NodeAdder, filter: Value): Value {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number]
  // With one kernel per channel a transposition alone does it, and cancels that of a weight in torch's layout.
  if (multiplier === 1) return transpose(add, filter, [2, 3, 0, 1])
  const joined = add.node('Reshape', [filter], { shape: [height, width, 1, channels * multiplier] })
  return transpose(add, joined, toWeight)
}

function convolve(add: NodeAdder, x: Value, weight: Value, window: Window, groups: number): Value {
  const product = productShape(x.shape, weight.shape, window, groups)
  return product === undefined
    ? add.node('Conv2D', [x, weight], { ...window, groups })
    : patchProduct(add, x, weight, product)
}

function inputGradient(
  add: NodeAdder,
  dy: Value,
  weight: Value,
  image: readonly number[],
  window: Window,
  groups: number,
): Value {
  const [n, channels] = [at(dy.shape, 0), at(weight.shape, 1) * groups]
  const shape = [n, ...image, channels]
  const product = productShape(shape, weight.shape, window, groups)
  return product === undefined
    ? add.node('Conv2DBackpropInput', [dy, weight], { ...window, groups, image })
    : patchGradients.image(add, dy, weight, shape, product)
}

function weightGradient(
  add: NodeAdder,
  x: Value,
  dy: Value,
  kernel: readonly number[],
  window: Window,
  groups: number,
): Value {
  const shape = [at(dy.shape, 3), at(x.shape, 3) / groups, ...kernel]
  const product = productShape(x.shape, shape, window, groups)
  return product === undefined
    ? add.node('Conv2DBackpropFilter', [x, dy], { ...window, groups, kernel })
    : patchGradients.weight(add, x, dy, shape, product)
}

/** The convolution of a tfjs kernel, channels last. */
export function convolution(add: NodeAdder, inputs: readonly Value[], raw: KernelAttrs, depthwise: boolean): Value {
  const [x, kernel] = [inward(add, operand(inputs, 0), raw), operand(inputs, 1)]
  const window = windowOf(raw, x.shape.slice(1, 3), kernel.shape.slice(0, 2))
  if (!depthwise) return convolve(add, x, transpose(add, kernel, toWeight), window, 1)
  return convolve(add, x, depthwiseWeight(add, kernel), window, at(x.shape, 3))
}

export const conv2dKernel: Expansion = {
  kernel: 'Conv2D',
  operands: ['x', 'filter'],
  expand: (add, inputs, raw) => outward(add, convolution(add, inputs, raw, false), raw),
}

export const conv2dBackpropInputKernel: Expansion = {
  kernel: 'Conv2DBackpropInput',
  operands: ['dy', 'filter'],
  expand(add, inputs, raw) {
    const [dy, filter] = [inward(add, operand(inputs, 0), raw), operand(inputs, 1)]
    const image = imageSize(raw.inputShape as readonly number[], raw)
    const window = windowOf(raw, image, filter.shape.slice(0, 2))
    return outward(add, inputGradient(add, dy, transpose(add, filter, toWeight), image, window, 1), raw)
  },
}

export const conv2dBackpropFilterKernel: Expansion = {
  kernel: 'Conv2DBackpropFilter',
  operands: ['x', 'dy'],
  expand(add, inputs, raw) {
    const [x, dy] = [inward(add, operand(inputs, 0), raw), inward(add, operand(inputs, 1), raw)]
    const kernel = (raw.filterShape as readonly number[]).slice(0, 2)
    const window = windowOf(raw, x.shape.slice(1, 3), kernel)
    return [transpose(add, weightGradient(add, x, dy, kernel, window, 1), toFilter)]
  },
}

export const depthwiseConv2dKernel: Expansion = {
  kernel: 'DepthwiseConv2dNative',
  operands: ['x', 'filter'],
  expand: (add, inputs, raw) => outward(add, convolution(add, inputs, raw, true), raw),
}

export const depthwiseConv2dBackpropInputKernel: Expansion = {
  kernel: 'DepthwiseConv2dNativeBackpropInput',
  operands: ['dy', 'filter'],
  expand(add, inputs, raw) {
    const [dy, filter] = [operand(inputs, 0), operand(inputs, 1)]
    const image = (raw.inputShape as readonly number[]).slice(1, 3)
    const window = windowOf(raw, image, filter.shape.slice(0, 2))
    return [inputGradient(add, dy, depthwiseWeight(add, filter), image, window, at(filter.shape, 2))]
  },
}

export const depthwiseConv2dBackpropFilterKernel: Expansion = {
  kernel: 'DepthwiseConv2dNativeBackpropFilter',
  operands: ['x', 'dy'],
  expand(add, inputs, raw) {
    const [x, dy] = [operand(inputs, 0), operand(inputs, 1)]
    const shape = raw.filterShape as readonly [number, number, number, number]
    const kernel = shape.slice(0, 2)
    const window = windowOf(raw, x.shape.slice(1, 3), kernel)
    const gradient = weightGradient(add, x, dy, kernel, window, shape[2])
    if (shape[3] === 1) return [transpose(add, gradient, [2, 3, 0, 1])]
    const filter = transpose(add, gradient, toFilter)
    return [add.node('Reshape', [filter], { shape })]
  },
}
