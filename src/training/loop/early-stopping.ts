import type { EpochRow, ValidationMetric } from '../../artifacts/training-history.ts'
import { scoreOf } from './best.ts'

export interface EarlyStopping {
  readonly metric: ValidationMetric
  /** Validations in a row without an improvement after which training ends. */
  readonly patience: number
  /** What counts as an improvement is more than this. */
  readonly minDelta: number
}

/** Whether a training with these validations ends now, as Hugging Face's `EarlyStoppingCallback`. */
export function isOver(rows: readonly EpochRow[], { metric, patience, minDelta }: EarlyStopping): boolean {
  let [best, without] = [Number.NEGATIVE_INFINITY, 0]
  for (const row of rows) {
    const score = scoreOf(row, metric)
    without = score - best > minDelta ? 0 : without + 1
    best = Math.max(best, score)
  }
  return without >= patience
}
