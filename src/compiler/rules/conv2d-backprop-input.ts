import { sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { onnxWindow, toNchw, toNhwc, windowPositions } from './conv-geometry.ts'
import { forEachTap } from './conv-taps.ts'
import { type ConvAttrs, needConvolvable } from './conv2d.ts'
import { arity, type Lowering, need, operand, type Rule } from './rule.ts'

export type ConvInputAttrs = ConvAttrs & {
  /** Height and width of the convolution's operand. */
  readonly image: readonly number[]
}

/**
 * Gradient of Conv2D's image from dy `[n, rows, columns, out]` and the weight `[out, in / groups, kh, kw]`.
 * At stride 1 it is a Conv with the turned kernel, else a ConvTranspose (ONNX 11).
 */
export const conv2dBackpropInput: Rule<ConvInputAttrs> = {
  op: 'Conv2DBackpropInput',
  infer(inputs, attrs) {
    arity(inputs, 2)
    const [dy, weight] = [operand(inputs, 0), operand(inputs, 1)]
    const shape = [at(dy.shape, 0), ...attrs.image, at(weight.shape, 1) * attrs.groups]
    needConvolvable({ dtype: dy.dtype, shape }, weight, attrs.groups)
    const [rows, columns] = windowPositions(attrs.image, weight.shape.slice(2), attrs)
    need(
      dy.shape[1] === rows && dy.shape[2] === columns && dy.shape[3] === weight.shape[0],
      "takes dy in the result's shape",
    )
    return [{ dtype: dy.dtype, shape }]
  },
  evaluate(inputs, attrs, outputs) {
    const [dy, weight, { shape }] = [operand(inputs, 0), operand(inputs, 1), operand(outputs, 0)]
    const sums = new Float64Array(sizeOf(shape))
    forEachTap(shape, weight.shape, dy.shape, attrs.groups, attrs, (to, by, from) => {
      sums[to] = at(sums, to) + at(dy.data, from) * at(weight.data, by)
    })
    return [Float32Array.from(sums)]
  },
  lower(onnx, attrs) {
    const turned = turnedPads(onnx, attrs)
    if (turned === undefined) {
      const dy = onnx.emit('Transpose', [onnx.input(0)], { perm: toNchw })
      const dx = transposedConvolution(onnx, dy, attrs)
      onnx.emit('Transpose', [dx], { perm: toNhwc }, { output: onnx.output })
    } else turnedConvolution(onnx, attrs, turned)
  },
}

const weightOf = (onnx: Lowering) => onnx.inputTypes[1]?.shape as [number, number, number, number]
const positionsOf = (onnx: Lowering) => onnx.inputTypes[0]?.shape.slice(1, 3) as [number, number]

/** Padding of dy with which the turned kernel makes the image; undefined where that is no plain convolution. */
function turnedPads(onnx: Lowering, { strides, dilations, pads, image }: ConvInputAttrs): number[] | undefined {
  const kernel = weightOf(onnx).slice(2)
  const reach = kernel.map((length, axis) => (length - 1) * at(dilations, axis))
  const before = reach.map((length, axis) => length - at(pads, axis))
  const after = positionsOf(onnx).map((length, axis) => at(image, axis) - length - at(before, axis) + at(reach, axis))
  const turned = [...before, ...after]
  return strides.every((stride) => stride === 1) && turned.every((pad) => pad >= 0) ? turned : undefined
}

/** To turn the kernel is to turn dy and the result by 180°: whichever is smaller is turned. */
function turnedConvolution(onnx: Lowering, attrs: ConvInputAttrs, pads: readonly number[]): void {
  const { strides, dilations, groups, image } = attrs
  const [outputs, perGroup, ...kernel] = weightOf(onnx)
  const dyShape = onnx.inputTypes[0]?.shape ?? []
  const turnsImages = sizeOf(dyShape) < sizeOf(weightOf(onnx))
  const weight = turnsImages ? onnx.input(1) : turnedKernel(onnx)
  const swapped = swapChannels(onnx, weight, [groups, outputs / groups, perGroup, ...kernel])
  const dy = turnsImages ? turnedImages(onnx, onnx.input(0), dyShape) : onnx.input(0)
  const window = onnxWindow(kernel, {
    strides,
    dilations,
    pads: turnsImages ? [...pads.slice(2), ...pads.slice(0, 2)] : pads,
  })
  const channelsFirst = onnx.emit('Transpose', [dy], { perm: toNchw })
  const dx = onnx.emit('Conv', [channelsFirst, swapped], { ...window, group: groups })
  if (!turnsImages) {
    onnx.emit('Transpose', [dx], { perm: toNhwc }, { output: onnx.output })
    return
  }
  const turned = onnx.emit('Transpose', [dx], { perm: toNhwc })
  turnedImages(onnx, turned, [at(dyShape, 0), ...image, perGroup * groups], onnx.output)
}

function turnedKernel(onnx: Lowering): string {
  const [last, ends] = [onnx.int64([-1, -1]), onnx.int64([-(2 ** 31), -(2 ** 31)])]
  return onnx.emit('Slice', [onnx.input(1), last, ends, onnx.int64([2, 3]), last])
}

/** Images `[n, h, w, c]` turned by 180°: the pixels in the opposite order. */
function turnedImages(onnx: Lowering, x: string, shape: readonly number[], output?: string): string {
  const [n, height, width, channels] = shape as [number, number, number, number]
  const pixels = Array.from({ length: height * width }, (_, i) => height * width - 1 - i)
  const rows = onnx.emit('Reshape', [x, onnx.int64([n, height * width, channels])])
  const turned = onnx.emit('Gather', [rows, onnx.int64(pixels)], { axis: 1 })
  return onnx.emit('Reshape', [turned, onnx.int64(shape)], {}, output === undefined ? {} : { output })
}

/** `[groups · out, in, kh, kw]` to `[groups · in, out, kh, kw]`. */
function swapChannels(onnx: Lowering, weight: string, shape: readonly number[]): string {
  const [groups, outputs, inputs, height, width] = shape as [number, number, number, number, number]
  if (outputs === 1 && inputs === 1) return weight
  if (groups === 1) return onnx.emit('Transpose', [weight], { perm: [1, 0, 2, 3] })
  const split = onnx.emit('Reshape', [weight, onnx.int64(shape)])
  const swapped = onnx.emit('Transpose', [split], { perm: [0, 2, 1, 3, 4] })
  return onnx.emit('Reshape', [swapped, onnx.int64([groups * inputs, outputs, height, width])])
}

function transposedConvolution(onnx: Lowering, dy: string, attrs: ConvInputAttrs): string {
  const { strides, dilations, pads, groups, image } = attrs
  const kernel = weightOf(onnx).slice(2)
  const covered = positionsOf(onnx).map(
    (length, axis) => (length - 1) * at(strides, axis) + (at(kernel, axis) - 1) * at(dilations, axis) + 1,
  )
  const after = covered.map((length, axis) => Math.max(0, length - at(image, axis) - at(pads, axis)))
  const rest = covered.map((length, axis) => at(image, axis) + at(pads, axis) + at(after, axis) - length)
  const window = onnxWindow(kernel, { strides, dilations, pads: [...pads.slice(0, 2), ...after] })
  return onnx.emit('ConvTranspose', [dy, onnx.input(1)], { ...window, output_padding: rest, group: groups })
}
