/**
 * The one table of numerical tolerances. `absolute` bounds |a − b|, `relative` |a − b| / max(|b|, 1e-12);
 * an element passes by either, and a bound of 0 leaves it to the other.
 * A test takes its number here; nothing is looser than `ceiling`.
 */
export const tolerances = {
  /** One op in float32 against the reference interpreter or tfjs, per element. */
  op: { absolute: 1e-5, relative: 1e-4 },
  /** A gradient against a finite difference in float32. */
  slope: { absolute: 1e-3, relative: 1e-3 },
  /** Logits against Hugging Face on the same pixels. */
  logits: { absolute: 1e-4, relative: 0 },
  /** Loss and gradient norm per optimiser step against PyTorch. */
  trainingStep: { absolute: 0, relative: 1e-3 },
  /** Logits against Hugging Face after dozens of optimiser steps, which amplify the rounding of each. */
  trainedLogits: { absolute: 1e-3, relative: 1e-3 },
  /** Metrics against scikit-learn (float64 on both sides). */
  metric: { absolute: 1e-12, relative: 1e-9 },
  /** Magnitudes of RandAugment and TrivialAugment against torch's float32, whose rounding depends on the processor. */
  magnitude: { absolute: 1e-7, relative: 1e-6 },
  /** A model's numbers in fp16 (11 bits) against float32, as a share of the largest element of the tensor. */
  fp16Op: { absolute: 1e-3, relative: 0 },
  /** Loss per step in fp16 against float32. */
  fp16Loss: { absolute: 0, relative: 1e-3 },
  /** Loss, gradient norm and logits on a GPU's provider against the CPU's, in float32. */
  device: { absolute: 1e-4, relative: 1e-3 },
} as const

export const ceiling = 1e-3

/** Largest differences of 8-bit pixels, in levels of 255; where none stands here, bytes are equal. */
export const pixelLevels = {
  /** Bilinear by torchvision's 16-bit coefficients against the floats it uses on a processor without AVX2 and NEON. */
  torchFloats: 1,
} as const

/** Largest violation of a tolerance over two equally long vectors: at most 1 when all elements pass. */
export function excess(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: { readonly absolute: number; readonly relative: number },
): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN]
    const error = Math.abs(a - b)
    if (error === 0) continue
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY
    const ratio = Math.min(error / absolute, error / Math.max(Math.abs(b), 1e-12) / relative)
    worst = Math.max(worst, ratio)
  }
  return worst
}
