import { jsonArtifact } from './json-artifact.ts'

/** One evaluated epoch. `trainLoss` is the mean over the epoch's steps; validation numbers are absent without such a part. */
export interface EpochRow {
  /** Counts from 1. */
  readonly epoch: number
  readonly step: number
  readonly learningRate: number
  readonly trainLoss: number
  readonly validationLoss?: number
  readonly validationAccuracy?: number
  readonly validationF1?: number
}

export interface TrainingHistory {
  readonly epochs: readonly EpochRow[]
  /** The epoch whose weights the stage answers. */
  readonly bestEpoch: number
  /** What `bestEpoch` was chosen by; `last` when no best was asked for. */
  readonly bestMetric: 'loss' | 'accuracy' | 'f1' | 'last'
}

export const TrainingHistory = jsonArtifact<TrainingHistory>('training-history@1', 'Loss and scores per epoch.')
