/** What one row of logits says. */
export interface Prediction {
  /** Index of the largest logit; the first of equal ones, as argmax. */
  readonly predicted: number
  /** Softmax probability of `predicted`. */
  readonly confidence: number
  /** Cross-entropy against the true label, in nats. */
  readonly loss: number
}

/** Reads logits `[classes]` of one example, in float64. */
export function predictionOf(logits: ArrayLike<number>, label: number): Prediction {
  let predicted = 0
  for (let i = 1; i < logits.length; i++) if (at(logits, i) > at(logits, predicted)) predicted = i
  const largest = at(logits, predicted)
  let others = 0
  for (let i = 0; i < logits.length; i++) if (i !== predicted) others += Math.exp(at(logits, i) - largest)
  return { predicted, confidence: 1 / (1 + others), loss: Math.log1p(others) - (at(logits, label) - largest) }
}

const at = (values: ArrayLike<number>, i: number) => values[i] ?? Number.NaN
