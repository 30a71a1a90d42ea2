/** A server that failed this often in a row is taken for dead: the end of a run does not wait for it. */
const hopelessAfter = 3

/** How long a server asks us to wait is believed up to this, in milliseconds. */
const longestAsked = 120_000

/** Waits between tries: doubling with jitter, or as long as the server asks. */
export class Backoff {
  readonly #first: number
  readonly #last: number
  #failures = 0
  #waiting: (() => void) | undefined

  /** Milliseconds. */
  constructor({ firstRetry, lastRetry }: { readonly firstRetry: number; readonly lastRetry: number }) {
    this.#first = firstRetry
    this.#last = lastRetry
  }

  get hopeless(): boolean {
    return this.#failures >= hopelessAfter
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Ends the present wait at once. */
  hurry(): void {
    this.#waiting?.()
  }

  async wait(asked: number | undefined, signal: AbortSignal): Promise<void> {
    const doubled = Math.min(this.#last, this.#first * 2 ** this.#failures)
    this.#failures++
    const ms = asked === undefined ? doubled * (0.75 + Math.random() / 2) : Math.min(asked, longestAsked)
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms).unref()
      signal.addEventListener('abort', done, { once: true })
      this.#waiting = done
      function done() {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
    })
    this.#waiting = undefined
  }
}
