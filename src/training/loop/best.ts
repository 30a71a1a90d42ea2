import type { EpochRow, TrainingHistory, ValidationMetric } from '../../artifacts/training-history.ts'

/** What the weights a training answers are chosen by. */
export type BestBy = TrainingHistory['bestMetric']

const goodness: Readonly<Record<ValidationMetric, (row: EpochRow) => number | undefined>> = {
  loss: (row) => (row.validationLoss === undefined ? undefined : -row.validationLoss),
  accuracy: (row) => row.validationAccuracy,
  f1: (row) => row.validationF1,
  precision: (row) => row.validationPrecision,
  recall: (row) => row.validationRecall,
}

/** A number of a row that is larger the better; NaN where the row was not validated. */
export const scoreOf = (row: EpochRow, by: BestBy): number =>
  by === 'last' ? row.step : (goodness[by](row) ?? Number.NaN)

/**
 * The row with the best value; among equal ones the earliest, as Hugging Face's Trainer with
 * `load_best_model_at_end` (a later epoch must be strictly better). Undefined for no rows.
 */
export function bestRow(rows: readonly EpochRow[], by: BestBy): EpochRow | undefined {
  return rows.reduce<EpochRow | undefined>(
    (best, row) => (best === undefined || scoreOf(row, by) > scoreOf(best, by) ? row : best),
    undefined,
  )
}
