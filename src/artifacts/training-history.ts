import { jsonArtifact } from './json-artifact.ts'

/** What a model is scored by on the validation part. */
export const validationMetrics = ['loss', 'accuracy', 'f1', 'precision', 'recall'] as const
export type ValidationMetric = (typeof validationMetrics)[number]

/** One row per epoch, and per validation within one. Validation numbers are absent without such a part. */
export interface EpochRow {
  /** Epochs done; a fraction within one. */
  readonly epoch: number
  readonly step: number
  readonly learningRate: number
  /** Mean over the steps since the row before. */
  readonly trainLoss: number
  readonly validationLoss?: number
  readonly validationAccuracy?: number
  readonly validationF1?: number
  readonly validationPrecision?: number
  readonly validationRecall?: number
}

export interface TrainingHistory {
  readonly epochs: readonly EpochRow[]
  /** The row whose weights the stage answers, by its `epoch`. */
  readonly bestEpoch: number
  /** What `bestEpoch` was chosen by; `last` when no best was asked for. */
  readonly bestMetric: ValidationMetric | 'last'
}

export const TrainingHistory = jsonArtifact<TrainingHistory>('training-history@1', 'Loss and scores per epoch.')
