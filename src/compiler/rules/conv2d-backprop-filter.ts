import { sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { windowPositions } from './conv-geometry.ts'
import { forEachTap } from './conv-taps.ts'
import { type ConvAttrs, needConvolvable } from './conv2d.ts'
import { lowerProduct } from './matrix-product.ts'
import { arity, type Lowering, need, operand, type Rule } from './rule.ts'

export type ConvFilterAttrs = ConvAttrs & {
  /** Height and width. */
  readonly kernel: readonly number[]
}

/**
 * Gradient of Conv2D's weight, `[out, in / groups, kh, kw]`, from the image `[n, h, w, in]` and dy `[n, rows, columns, out]`.
 * ONNX has no op for it. Dense: one product of the shifted images, side by side, and dy. Depthwise (groups = in): for
 * each row of the kernel a product of whole image rows, of which a constant matrix gathers the diagonals that count.
 */
export const conv2dBackpropFilter: Rule<ConvFilterAttrs> = {
  op: 'Conv2DBackpropFilter',
  infer(inputs, attrs) {
    arity(inputs, 2)
    const [x, dy] = [operand(inputs, 0), operand(inputs, 1)]
    const shape = [at(dy.shape, 3), at(x.shape, 3) / attrs.groups, ...attrs.kernel]
    needConvolvable(x, { dtype: dy.dtype, shape }, attrs.groups)
    const [rows, columns] = windowPositions(x.shape.slice(1, 3), attrs.kernel, attrs)
    need(
      dy.shape[0] === x.shape[0] && dy.shape[1] === rows && dy.shape[2] === columns,
      "takes dy in the result's shape",
    )
    need(attrs.groups === 1 || shape[1] === 1, 'takes one group, or one for each channel')
    return [{ dtype: x.dtype, shape }]
  },
  evaluate(inputs, attrs, outputs) {
    const [x, dy, { shape }] = [operand(inputs, 0), operand(inputs, 1), operand(outputs, 0)]
    const sums = new Float64Array(sizeOf(shape))
    forEachTap(x.shape, shape, dy.shape, attrs.groups, attrs, (from, to, by) => {
      sums[to] = at(sums, to) + at(x.data, from) * at(dy.data, by)
    })
    return [Float32Array.from(sums)]
  },
  lower(onnx, attrs) {
    const [top, left, bottom, right] = attrs.pads as [number, number, number, number]
    const x = onnx.emit('Transpose', [onnx.input(0)], { perm: [3, 0, 1, 2] })
    const padded =
      top + left + bottom + right === 0 ? x : onnx.emit('Pad', [x, onnx.int64([0, 0, top, left, 0, 0, bottom, right])])
    const gradient = attrs.groups === 1 ? dense(onnx, padded, attrs) : depthwise(onnx, padded, attrs)
    onnx.emit('Reshape', [gradient, onnx.int64(onnx.outputTypes[0]?.shape ?? [])], {}, { output: onnx.output })
  },
}

type Image = readonly [n: number, height: number, width: number, channels: number]
const imageOf = (onnx: Lowering) => onnx.inputTypes[0]?.shape as Image
const resultOf = (onnx: Lowering) => onnx.inputTypes[1]?.shape as Image

/** Every `stride`-th index along an axis of `[channels, n, height, width]`, as many as there are window positions. */
function shifted(onnx: Lowering, x: string, axis: 2 | 3, begin: number, stride: number): string {
  const end = begin + (at(resultOf(onnx), axis - 1) - 1) * stride + 1
  return sliced(onnx, x, axis, begin, end, stride)
}

const sliced = (onnx: Lowering, x: string, axis: number, begin: number, end: number, step: number): string =>
  onnx.emit('Slice', [x, onnx.int64([begin]), onnx.int64([end]), onnx.int64([axis]), onnx.int64([step])])

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
const joined = (onnx: Lowering, parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] as string) : onnx.emit('Concat', parts, { axis: 1 })

function dense(onnx: Lowering, x: string, attrs: ConvFilterAttrs): string {
  const [n, rows, columns, outputs] = resultOf(onnx)
  const channels = at(imageOf(onnx), 3)
  const [height, width] = attrs.kernel as [number, number]
  const line = onnx.int64([channels, 1, n * rows * columns])
  const [stride, dilation] = [at(attrs.strides, 1), at(attrs.dilations, 1)]
  const paddedWidth = at(imageOf(onnx), 2) + at(attrs.pads, 1) + at(attrs.pads, 3)
  // Runs of neighbours copy fast: columns that are a stride apart are gathered once, not for each place of the kernel.
  const phases = range(Math.min(stride, (width - 1) * dilation + 1)).map((phase) =>
    stride === 1 ? x : sliced(onnx, x, 3, phase, paddedWidth, stride),
  )
  const places = range(height).flatMap((i) => {
    const rowsOf = phases.map((phase) => shifted(onnx, phase, 2, i * at(attrs.dilations, 0), at(attrs.strides, 0)))
    return range(width).map((j) => {
      const [phase, begin] = [(j * dilation) % stride, Math.floor((j * dilation) / stride)]
      return onnx.emit('Reshape', [shifted(onnx, rowsOf[phase] as string, 3, begin, 1), line])
    })
  })
  const images = onnx.emit('Reshape', [
    joined(onnx, places),
    onnx.int64([channels * height * width, n * rows * columns]),
  ])
  const dy = onnx.emit('Reshape', [onnx.input(1), onnx.int64([n * rows * columns, outputs])])
  return onnx.emit('Transpose', [onnx.emit('MatMul', [images, dy])], { perm: [1, 0] })
}

/** dy as `[channels, n, rows, multiplier, columns]`. */
function channelsFirst(onnx: Lowering, shape: readonly number[]): string {
  // ONNX Runtime moves one axis much faster than two.
  if (shape[4] === 1) return onnx.emit('Transpose', [onnx.input(1)], { perm: [3, 0, 1, 2] })
  return onnx.emit('Transpose', [onnx.emit('Reshape', [onnx.input(1), onnx.int64(shape)])], { perm: [3, 0, 1, 4, 2] })
}

function depthwise(onnx: Lowering, x: string, attrs: ConvFilterAttrs): string {
  const [, , width, channels] = imageOf(onnx)
  const [n, rows, columns, outputs] = resultOf(onnx)
  const [multiplier, paddedWidth] = [outputs / channels, width + at(attrs.pads, 1) + at(attrs.pads, 3)]
  const moved = channelsFirst(onnx, [n, rows, columns, channels, multiplier])
  const dy = onnx.emit('Reshape', [moved, onnx.int64([channels, n * rows, multiplier * columns])])
  const diagonals = diagonalsOf(onnx, paddedWidth, columns, attrs)
  const kernelRows = range(at(attrs.kernel, 0)).map((i) => {
    const row = shifted(onnx, x, 2, i * at(attrs.dilations, 0), at(attrs.strides, 0))
    const lines = onnx.emit('Reshape', [row, onnx.int64([channels, n * rows, paddedWidth])])
    const products = lowerProduct(onnx, [lines, dy], 3, { transposeA: true, transposeB: false })
    const apart = onnx.emit('Reshape', [products, onnx.int64([channels, paddedWidth, multiplier, columns])])
    const ordered = multiplier === 1 ? apart : onnx.emit('Transpose', [apart], { perm: [0, 2, 1, 3] })
    return onnx.emit('MatMul', [
      onnx.emit('Reshape', [ordered, onnx.int64([outputs, paddedWidth * columns])]),
      diagonals,
    ])
  })
  return joined(onnx, kernelRows)
}

/** `[paddedWidth · columns, kernelWidth]`: 1 where a pixel lies under that place of the kernel at that position. */
function diagonalsOf(onnx: Lowering, paddedWidth: number, columns: number, attrs: ConvFilterAttrs): string {
  const kernelWidth = at(attrs.kernel, 1)
  const [stride, dilation] = [at(attrs.strides, 1), at(attrs.dilations, 1)]
  const under = range(columns).flatMap((w) => range(kernelWidth).map((j) => w * stride + j * dilation))
  const pixels = onnx.emit('Reshape', [onnx.int64(range(paddedWidth)), onnx.int64([paddedWidth, 1])])
  const equal = onnx.emit('Equal', [pixels, onnx.int64(under)])
  const numbers = onnx.emit('Cast', [equal], { to: 1 })
  return onnx.emit('Reshape', [numbers, onnx.int64([paddedWidth * columns, kernelWidth])])
}
