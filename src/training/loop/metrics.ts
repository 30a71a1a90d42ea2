import type { ClassScores } from '../../artifacts/evaluation.ts'

/** `confusion[actual][predicted]`, counts. */
export type Confusion = readonly (readonly number[])[]

export interface ClassificationScores {
  readonly accuracy: number
  /** Means over classes weighted by support. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly perClass: readonly ClassScores[]
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/**
 * Scores of a confusion matrix as scikit-learn's `precision_recall_fscore_support` with `zero_division=0`,
 * per class and with `average="weighted"`; 0 throughout for no examples.
 */
export function classificationScores(confusion: Confusion): ClassificationScores {
  const perClass = confusion.map((row, label): ClassScores => {
    const [right, support] = [row[label] ?? 0, sum(row)]
    const predicted = sum(confusion.map((other) => other[label] ?? 0))
    return {
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, predicted + support),
      support,
    }
  })
  const examples = sum(perClass.map((scores) => scores.support))
  const weighted = (of: (scores: ClassScores) => number) =>
    ratio(sum(perClass.map((scores) => of(scores) * scores.support)), examples)
  return {
    accuracy: ratio(sum(confusion.map((row, label) => row[label] ?? 0)), examples),
    precision: weighted((scores) => scores.precision),
    recall: weighted((scores) => scores.recall),
    f1: weighted((scores) => scores.f1),
    perClass,
  }
}
