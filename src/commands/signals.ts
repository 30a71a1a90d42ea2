type StopSignal = 'SIGINT' | 'SIGTERM'

/**
 * Does `work` under a signal that aborts on the first Ctrl-C or SIGTERM, so that it can save and stop;
 * the second one ends the process at once.
 */
export async function untilSignalled<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly signal?: StopSignal }> {
  const controller = new AbortController()
  let received: StopSignal | undefined
  const stop = (signal: StopSignal) => {
    if (received !== undefined) process.exit(signal === 'SIGTERM' ? 143 : 130)
    received = signal
    process.stderr.write('\nstopping after this batch; once more to stop at once\n')
    controller.abort(signal)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const value = await work(controller.signal)
    return received === undefined ? { value } : { value, signal: received }
  } catch (thrown) {
    // Stopped before there was a run to tell of it.
    if (received !== undefined && thrown === controller.signal.reason) process.exit(received === 'SIGTERM' ? 143 : 130)
    throw thrown
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
