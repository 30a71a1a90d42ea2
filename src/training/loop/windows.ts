import type { Batch } from '../../registry/engine.ts'

/**
 * The batches of each optimiser step: `accumulation` of them, fewer at the end. A source that fails once `signal` is
 * aborted ends, and a window that is not full then is dropped.
 */
export async function* windowsOf(
  source: AsyncIterable<Batch>,
  accumulation: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Batch[]> {
  let window: Batch[] = []
  try {
    for await (const batch of source) {
      if (signal.aborted) return
      // A source may reuse a batch's memory for the ones after it.
      window.push(accumulation === 1 ? batch : { ...batch, pixels: batch.pixels.slice() })
      if (window.length < accumulation) continue
      yield window
      window = []
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (window.length > 0 && !signal.aborted) yield window
}
