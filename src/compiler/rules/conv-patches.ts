import { at } from '../shape.ts'
import type { Window } from './conv-geometry.ts'
import type { NodeAdder, Value } from './rule.ts'

/** How a convolution is one matrix product: patches `height` × `width` of every `stride`-th pixel. */
export interface PatchProduct {
  readonly patch: readonly [height: number, width: number]
  /** Pixels are skipped where a 1 × 1 kernel strides. */
  readonly strides: readonly number[]
  readonly positions: readonly [rows: number, columns: number]
}

/** Patches that do not overlap need no copy of a pixel: a 1 × 1 kernel, or one as large as its stride. */
export function productShape(
  x: readonly number[],
  weight: readonly number[],
  { strides, pads }: Window,
  groups: number,
): PatchProduct | undefined {
  const patch = [at(weight, 2), at(weight, 3)] as const
  const [height, width] = [at(x, 1), at(x, 2)]
  if (groups !== 1 || pads.some((pad) => pad !== 0)) return undefined
  if (patch[0] === 1 && patch[1] === 1) {
    const positions = [Math.ceil(height / at(strides, 0)), Math.ceil(width / at(strides, 1))] as const
    return { patch, strides, positions }
  }
  const tiles = patch[0] === strides[0] && patch[1] === strides[1] && height % patch[0] === 0 && width % patch[1] === 0
  return tiles ? { patch, strides: [1, 1], positions: [height / patch[0], width / patch[1]] } : undefined
}

const reshape = (add: NodeAdder, x: Value, shape: readonly number[]): Value => add.node('Reshape', [x], { shape })
const matMul = (add: NodeAdder, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value =>
  add.node('BatchMatMul', [a, b], { transposeA, transposeB })
/** Rows and columns of patches to patches row by row, and back. */
const swapMiddle = [0, 1, 3, 2, 4]

/** `[n, h, w, c]` as `[patches, patch height · patch width · c]`. */
function patchesOf(add: NodeAdder, x: Value, { patch, strides, positions }: PatchProduct): Value {
  const [n, , , channels] = x.shape as [number, number, number, number]
  const [rows, columns] = positions
  const kept = strides.every((stride) => stride === 1)
    ? x
    : add.node('StridedSlice', [x], {
        begin: [0, 0, 0, 0],
        size: [n, rows, columns, channels],
        steps: [1, ...strides, 1],
      })
  const bands = reshape(add, kept, [n, rows, patch[0], columns, patch[1] * channels])
  const moved = patch[0] === 1 ? bands : add.node('Transpose', [bands], { perm: swapMiddle })
  return reshape(add, moved, [n * rows * columns, patch[0] * patch[1] * channels])
}

/** `[out, in, kh, kw]` as `[out, kh · kw · in]`, in the order of a patch's pixels. */
function rowsOf(add: NodeAdder, weight: Value): Value {
  const [outputs, ...rest] = weight.shape as [number, number, number, number]
  return reshape(add, add.node('Transpose', [weight], { perm: [0, 2, 3, 1] }), [outputs, rest.reduce((a, b) => a * b)])
}

export function patchProduct(add: NodeAdder, x: Value, weight: Value, product: PatchProduct): Value {
  const y = matMul(add, patchesOf(add, x, product), rowsOf(add, weight), false, true)
  return reshape(add, y, [at(x.shape, 0), ...product.positions, at(weight.shape, 0)])
}

export const patchGradients = {
  /** @param shape the image's, `[n, h, w, in]` */
  image(add: NodeAdder, dy: Value, weight: Value, shape: readonly number[], product: PatchProduct): Value {
    const { patch, strides, positions } = product
    const [n, height, width, channels] = shape as [number, number, number, number]
    const [rows, columns] = positions
    const outputs = at(weight.shape, 0)
    const patches = matMul(add, reshape(add, dy, [n * rows * columns, outputs]), rowsOf(add, weight), false, false)
    const moved = reshape(add, patches, [n, rows, columns, patch[0], patch[1] * channels])
    const bands = patch[0] === 1 ? moved : add.node('Transpose', [moved], { perm: swapMiddle })
    const dx = reshape(add, bands, [n, rows * patch[0], columns * patch[1], channels])
    return strides.every((stride) => stride === 1) ? dx : spread(add, dx, strides, [height, width])
  },
  /** @param shape the weight's, `[out, in, kh, kw]` */
  weight(add: NodeAdder, x: Value, dy: Value, shape: readonly number[], product: PatchProduct): Value {
    const [outputs, inputs, height, width] = shape as [number, number, number, number]
    const patches = patchesOf(add, x, product)
    const rows = reshape(add, dy, [at(patches.shape, 0), outputs])
    const gradient = reshape(add, matMul(add, rows, patches, true, false), [outputs, height, width, inputs])
    return add.node('Transpose', [gradient], { perm: [0, 3, 1, 2] })
  },
}

/** Pixels at every `strides`-th place of an image of zeros. */
function spread(add: NodeAdder, dx: Value, strides: readonly number[], size: readonly number[]): Value {
  const [n, rows, columns, channels] = dx.shape as [number, number, number, number]
  const [down, across] = [at(strides, 0), at(strides, 1)]
  const apart = reshape(add, dx, [n, rows, 1, columns, 1, channels])
  const zeros = [0, 0, down - 1, 0, across - 1, 0]
  const padded = add.node('PadV2', [apart], { before: zeros.map(() => 0), after: zeros, value: 0 })
  const whole = reshape(add, padded, [n, rows * down, columns * across, channels])
  return add.node('Slice', [whole], { begin: [0, 0, 0, 0], size: [n, ...size, channels] })
}
