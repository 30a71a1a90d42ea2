import { at } from '../shape.ts'
import { type KernelAttrs, need } from './rule.ts'

/** How a window moves over height and width, in pixels. */
export type Window = {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Top, left, bottom, right. */
  readonly pads: readonly number[]
}

/** Pixels from the first to the last of a dilated kernel. */
const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1

/** Positions of a window along height and width; one that reaches beyond the padded image does not count. */
export function windowPositions(
  image: readonly number[],
  kernel: readonly number[],
  { strides, dilations, pads }: Window,
): [height: number, width: number] {
  const [height, width] = [0, 1].map((axis) => {
    const padded = at(image, axis) + at(pads, axis) + at(pads, axis + 2)
    const count = Math.floor((padded - reach(at(kernel, axis), at(dilations, axis))) / at(strides, axis)) + 1
    need(count > 0, `has a window of ${kernel.join(' × ')} larger than its image of ${image.join(' × ')}`)
    return count
  }) as [number, number]
  return [height, width]
}

const pair = (value: unknown): [number, number] =>
  Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [Number(value ?? 1), Number(value ?? 1)]

const roundings: Readonly<Record<string, (x: number) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
}

/**
 * The window of a tfjs kernel's `strides`, `dilations`, `pad` and `dimRoundingMode`: padding as numbers, enlarged at the
 * bottom and right where tfjs rounds the number of positions up.
 */
export function windowOf(raw: KernelAttrs, image: readonly number[], kernel: readonly number[]): Window {
  const [strides, dilations] = [pair(raw.strides), pair(raw.dilations)]
  const sizes = [reach(at(kernel, 0), dilations[0]), reach(at(kernel, 1), dilations[1])] as const
  // With one number for all sides tfjs counts the columns by the kernel's height and vertical stride.
  const square = sizes[0] === sizes[1] && strides[0] === strides[1]
  need(
    square || typeof raw.pad !== 'number',
    'takes one padding for all sides with square windows only; list the sides',
  )
  const [top, bottom] = padsAlong(raw, 0, at(image, 0), sizes[0], strides[0])
  const [left, right] = padsAlong(raw, 1, at(image, 1), sizes[1], strides[1])
  return { strides, dilations, pads: [top, left, bottom, right] }
}

/** Padding before and after an axis: 0 is the height, 1 the width. */
function padsAlong(raw: KernelAttrs, axis: 0 | 1, length: number, size: number, stride: number): [number, number] {
  const { pad, dataFormat, dimRoundingMode } = raw
  if (pad === 'valid') return [0, 0]
  if (pad === 'same') {
    const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + size - length)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  }
  const listed = Array.isArray(pad) ? (pad as [number, number][])[axis + (dataFormat === 'NCHW' ? 2 : 1)] : undefined
  const [before, after] = listed ?? [Number(pad), Number(pad)]
  const round = roundings[String(dimRoundingMode)] ?? Math.trunc
  const positions = round((length + before + after - size) / stride + 1)
  return [before, Math.max(after, (positions - 1) * stride + size - length - before)]
}

/** The attributes that ONNX's Conv, ConvTranspose and pools share. */
export const onnxWindow = (kernel: readonly number[], { strides, dilations, pads }: Window) => ({
  kernel_shape: kernel,
  strides,
  dilations,
  pads,
})

export const toNchw = [0, 3, 1, 2]
export const toNhwc = [0, 2, 3, 1]
