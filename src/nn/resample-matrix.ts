import type { ImageSize } from './layout.ts'

/** Tap offsets from the floor of a source coordinate, and their weights at a distance in [0, 1) from it. */
interface Kernel {
  readonly first: number
  weights(distance: number): readonly number[]
}

const a = -0.75
const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1
const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

/** `torch.nn.functional.interpolate` without antialias, `align_corners=False`; bicubic is Keys's with a = −0.75. */
const kernels = {
  bicubic: { first: -1, weights: (t) => [far(t + 1), near(t), near(1 - t), far(2 - t)] },
  bilinear: { first: 0, weights: (t) => [1 - t, t] },
} satisfies Readonly<Record<string, Kernel>>

export type ResampleKernel = keyof typeof kernels

export interface Kept {
  /** Rows before and after the grid that stay as they are: class tokens. */
  readonly before?: number
  readonly after?: number
}

/**
 * The linear map that resizes a table of one row per grid position, row by row.
 * @returns `[before + to.height · to.width + after, before + from.height · from.width + after]`, row-major
 */
export function resampleMatrix(
  from: ImageSize,
  to: ImageSize,
  kernel: ResampleKernel,
  { before = 0, after = 0 }: Kept,
): Float32Array {
  const [sources, targets] = [from.height * from.width, to.height * to.width]
  const columns = before + sources + after
  const matrix = new Float32Array((before + targets + after) * columns)
  for (let i = 0; i < before; i++) matrix[i * columns + i] = 1
  for (let i = 0; i < after; i++) matrix[(before + targets + i) * columns + before + sources + i] = 1
  const [down, across] = [axisWeights(from.height, to.height, kernel), axisWeights(from.width, to.width, kernel)]
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++) {
      const row = (before + y * to.width + x) * columns + before
      for (const [sourceY, weightY] of down[y] ?? [])
        for (const [sourceX, weightX] of across[x] ?? []) {
          const at = row + sourceY * from.width + sourceX
          matrix[at] = (matrix[at] as number) + weightY * weightX
        }
    }
  return matrix
}

/** For each target position the source positions it reads, beyond the edge the edge itself, and their weights. */
function axisWeights(from: number, to: number, kernel: ResampleKernel): readonly ReadonlyMap<number, number>[] {
  const { first, weights } = kernels[kernel]
  return Array.from({ length: to }, (_, target) => {
    const source = ((target + 0.5) * from) / to - 0.5
    const floor = Math.floor(source)
    const taps = new Map<number, number>()
    for (const [i, weight] of weights(source - floor).entries()) {
      const at = Math.min(Math.max(floor + first + i, 0), from - 1)
      taps.set(at, (taps.get(at) ?? 0) + weight)
    }
    return taps
  })
}
