import { jsonArtifact } from './json-artifact.ts'
import type { ModelProvenance } from './model.ts'

export interface ClassScores {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Examples of this class. */
  readonly support: number
}

/** A model's scores and predictions on one part of a dataset. No timings: those are metrics. */
export interface Evaluation {
  readonly part: string
  readonly model: ModelProvenance
  readonly classes: readonly string[]
  /** Mean cross-entropy in nats. */
  readonly loss: number
  readonly accuracy: number
  /** Weighted means over classes, as scikit-learn's `average="weighted"`, `zero_division=0`. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** `confusion[actual][predicted]`, counts. */
  readonly confusion: readonly (readonly number[])[]
  readonly perClass: readonly ClassScores[]
  /** In the order of the part's examples. */
  readonly predictions: readonly {
    readonly file: string
    readonly actual: number
    readonly predicted: number
    /** Softmax probability of the predicted class. */
    readonly confidence: number
  }[]
}

export const Evaluation = jsonArtifact<Evaluation>('evaluation@1', 'Scores and predictions on one part of a dataset.')
