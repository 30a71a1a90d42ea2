import type { EpochRow } from '../../artifacts/training-history.ts'

/** Where a training stands between two optimiser steps. Equal trainings pass through equal states. */
export interface TrainingState {
  /** Optimiser steps made, skipped ones included. */
  readonly step: number
  /** Epochs finished, validation included. */
  readonly epoch: number
  /** Batches done of the epoch under way. */
  readonly batch: number
  /** Since the last row: the sum of the losses and how many steps they are. */
  readonly lossSum: number
  readonly lossCount: number
  /** Per step since the start; null where half precision overflowed and nothing was updated. */
  readonly losses: readonly (number | null)[]
  readonly gradNorms: readonly (number | null)[]
  /** Per validation. */
  readonly rows: readonly EpochRow[]
}

/** How long a training took; no part of what it computes. */
export interface Timing {
  /** Images and seconds since the last row, over all attempts. */
  readonly images: number
  readonly seconds: number
  /** Per row, where it is known. */
  readonly imagesPerSecond: readonly (number | null)[]
}

export const startState: TrainingState = {
  step: 0,
  epoch: 0,
  batch: 0,
  lossSum: 0,
  lossCount: 0,
  losses: [],
  gradNorms: [],
  rows: [],
}

export const startTiming: Timing = { images: 0, seconds: 0, imagesPerSecond: [] }

/** Whether the last row belongs to this very state. */
export const isValidated = ({ rows, step }: TrainingState): boolean => rows.at(-1)?.step === step

/** Updates the optimiser made in the first `step` steps: the schedule's position. */
export const updatesOf = (losses: TrainingState['losses'], step = losses.length): number =>
  losses.slice(0, step).filter((loss) => loss !== null).length
