import type { FeatureRows } from '../../artifacts/features.ts'
import type { Batch } from '../../registry/engine.ts'

/** The rows of `order` in batches, the last one maybe short; all of them in their own order when it is absent. */
export async function* featureBatches(
  { labels, values }: FeatureRows,
  { batchSize, order = Int32Array.from(labels.keys()) }: { readonly batchSize: number; readonly order?: Int32Array },
): AsyncGenerator<Batch> {
  const dimension = values.length / labels.length
  for (let from = 0; from < order.length; from += batchSize) {
    const indices = order.subarray(from, from + batchSize)
    const pixels = new Float32Array(indices.length * dimension)
    for (const [row, i] of indices.entries()) {
      pixels.set(values.subarray(i * dimension, (i + 1) * dimension), row * dimension)
    }
    yield { size: indices.length, pixels, labels: Int32Array.from(indices, (i) => labels[i] as number) }
  }
}
