import type { EpochRow, TrainingHistory } from '../artifacts/training-history.ts'

/** What the weights a training answers are chosen by. */
export type BestBy = TrainingHistory['bestMetric']

const scoreOf: Readonly<Record<BestBy, (row: EpochRow) => number>> = {
  loss: (row) => -(row.validationLoss ?? Number.NaN),
  accuracy: (row) => row.validationAccuracy ?? Number.NaN,
  f1: (row) => row.validationF1 ?? Number.NaN,
  last: (row) => row.epoch,
}

/**
 * The row with the best value; among equal ones the earliest, as Hugging Face's Trainer with
 * `load_best_model_at_end` (a later epoch must be strictly better). Undefined for no rows.
 */
export function bestRow(rows: readonly EpochRow[], by: BestBy): EpochRow | undefined {
  const score = scoreOf[by]
  return rows.reduce<EpochRow | undefined>(
    (best, row) => (best === undefined || score(row) > score(best) ? row : best),
    undefined,
  )
}
