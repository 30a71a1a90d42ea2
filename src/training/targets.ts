import type { Batch, MicroBatch } from '../registry/engine.ts'

/** The batch with targets whose loss is the mean cross-entropy over its examples. */
export function withTargets({ size, pixels, labels }: Batch, classes: number): MicroBatch {
  const targets = new Float32Array(size * classes)
  for (const [row, label] of labels.entries()) targets[row * classes + label] = 1 / size
  return { size, pixels, targets }
}
