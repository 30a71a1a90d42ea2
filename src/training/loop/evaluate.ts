import type { Batch, Predictor } from '../../registry/engine.ts'
import { type ClassificationScores, classificationScores } from './metrics.ts'
import { predictionOf } from './prediction.ts'

export interface EvaluateOptions {
  readonly predictor: Predictor
  readonly batches: AsyncIterable<Batch>
  /** Number of classes. */
  readonly classes: number
  readonly signal: AbortSignal
  /** Called with the number of examples done after each batch. */
  onBatch?(done: number): void
}

export interface EvaluationScores extends ClassificationScores {
  /** Mean cross-entropy over the examples, in nats. */
  readonly loss: number
  readonly confusion: readonly (readonly number[])[]
  /** In the order in which the batches gave the examples. */
  readonly predictions: readonly { readonly actual: number; readonly predicted: number; readonly confidence: number }[]
}

/**
 * Scores a model over batches; holds one batch of pixels and one prediction per example at a time.
 * @throws the signal's reason when aborted, within one batch
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationScores> {
  const { predictor, batches, classes, signal } = options
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const predictions: { actual: number; predicted: number; confidence: number }[] = []
  let totalLoss = 0
  for await (const batch of batches) {
    signal.throwIfAborted()
    const logits = await predictor.logits(batch)
    for (let row = 0; row < batch.size; row++) {
      const actual = batch.labels[row] as number
      const { predicted, confidence, loss } = predictionOf(logits.subarray(row * classes, (row + 1) * classes), actual)
      const counts = confusion[actual] as number[]
      counts[predicted] = (counts[predicted] ?? 0) + 1
      predictions.push({ actual, predicted, confidence })
      totalLoss += loss
    }
    options.onBatch?.(predictions.length)
  }
  signal.throwIfAborted()
  const loss = predictions.length === 0 ? 0 : totalLoss / predictions.length
  return { loss, ...classificationScores(confusion), confusion, predictions }
}
