import type { Batch, MicroBatch } from '../../registry/engine.ts'

/** How the loss weighs an example and spreads its target. */
export interface LossSpec {
  /** Number of classes. */
  readonly classes: number
  /** Share of each target that goes to all classes evenly: Hugging Face's `LabelSmoother`; 0 by default. */
  readonly labelSmoothing?: number
  /** One weight per class, as torch's `CrossEntropyLoss(weight)`; 1 by default. */
  readonly classWeights?: readonly number[]
}

/**
 * The batches of one optimiser step with targets whose loss is the mean cross-entropy over all their examples
 * together, weighted by class: torch's `cross_entropy` with `weight` and `label_smoothing` over the whole window.
 */
export function windowWithTargets(window: readonly Batch[], spec: LossSpec): readonly MicroBatch[] {
  const { classes, labelSmoothing = 0, classWeights } = spec
  const weightOf = (label: number) => classWeights?.[label] ?? 1
  let total = 0
  for (const { labels } of window) for (const label of labels) total += weightOf(label)
  const [certain, spread] = [(1 - labelSmoothing) / total, labelSmoothing / classes / total]
  return window.map(({ size, pixels, labels }) => {
    const targets = new Float32Array(size * classes)
    for (const [row, label] of labels.entries()) {
      for (let c = 0; c < classes; c++) {
        targets[row * classes + c] = weightOf(c) * (spread + (c === label ? certain : 0))
      }
    }
    return { size, pixels, targets }
  })
}

/** The batch with targets whose loss is the mean cross-entropy over its examples. */
export const withTargets = (batch: Batch, classes: number): MicroBatch =>
  windowWithTargets([batch], { classes })[0] as MicroBatch

/** Weights that make every class count the same: n / (classes · nᵢ), as scikit-learn's `balanced`; 0 for an absent class. */
export function balancedWeights(labels: readonly number[], classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)))
}
