import { setTimeout as sleep } from 'node:timers/promises'
import { expectedErrors } from '../errors/xp-error.ts'
import type { RetryPolicy } from '../registry/stage.ts'

const longestWaitMs = 60_000

/** A mistake in the config or the data is the same the next time. */
const mayPass = (thrown: unknown) => expectedErrors(thrown).every(({ exit }) => exit === 'environment')

/**
 * Does `attempt`, and again after each failure that may pass, as often as the policy says, with doubled waits between.
 * @param onRetry is told before each wait: the failure, which try comes next (from 2) and the milliseconds until then
 * @throws what the last try threw; the signal's reason when aborted while waiting
 */
export async function withRetries<T>(
  { times, firstWaitMs }: RetryPolicy,
  attempt: () => Promise<T>,
  { signal, onRetry }: { signal: AbortSignal; onRetry(thrown: unknown, next: number, waitMs: number): void },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (thrown) {
      if (tries > times || signal.aborted || !mayPass(thrown)) throw thrown
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1))
      onRetry(thrown, tries + 1, waitMs)
      await sleep(waitMs, undefined, { signal })
    }
  }
}
