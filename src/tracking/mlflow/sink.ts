import { join } from 'node:path'
import type { RunEvent, Sink } from '../../registry/events.ts'
import { EventQueue } from '../event-queue.ts'
import { Backoff } from './backoff.ts'
import { MlflowClient } from './client.ts'
import { Delivery } from './delivery.ts'
import { MlflowFailure } from './http.ts'
import { batchLimits } from './limits.ts'
import { isTracked, Tally } from './tally.ts'
import { type Environment, targetOf } from './target.ts'

/** Milliseconds. */
export interface MlflowTiming {
  /** Metrics are gathered for this long. */
  readonly flush: number
  /** One call's time. */
  readonly call: number
  readonly firstRetry: number
  readonly lastRetry: number
  /** What `close` may add to the run's time. */
  readonly close: number
}

export interface MlflowOptions {
  readonly uri: string
  readonly experiment: string
  readonly env: Environment
  readonly timing?: Partial<MlflowTiming>
  /** Events held in memory; more are read back from the run's event log. */
  readonly capacity?: number
}

const defaultTiming: MlflowTiming = { flush: 2000, call: 20_000, firstRetry: 500, lastRetry: 30_000, close: 12_000 }

/**
 * Follows a run with an MLflow server over REST. `handle` only queues; one writer sends in order, retries what may
 * succeed later, and skips what the server refuses. Nothing here throws into the run or holds it up.
 * @throws XpError at once when the URI or the environment asks for a connection that xp cannot make.
 */
export function createMlflowSink(options: MlflowOptions): Sink {
  const timing = { ...defaultTiming, ...options.timing }
  const target = targetOf(options.uri, options.env)
  const deadline = new AbortController()
  const client = new MlflowClient(target, () => AbortSignal.any([AbortSignal.timeout(timing.call), deadline.signal]))
  const delivery = new Delivery(client, options.experiment)
  const backoff = new Backoff(timing)
  const tally = new Tally()
  let dir = ''
  const log = () => join(dir, 'events.jsonl')
  const queue = new EventQueue({ capacity: options.capacity ?? 20_000, wanted: isTracked, log })
  const refusals: string[] = []
  let trouble = ''
  let stopped = false
  let closing = false
  let writer: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  /** Sends the head of the queue: the run's start, a batch of metrics, or one other event. */
  async function sendHead(): Promise<boolean> {
    const events = (await queue.peek(batchLimits.metrics)).filter(isTracked)
    const [head] = events
    if (head === undefined) return false
    let count = 1
    let refused: string | undefined
    try {
      if (head.type === 'run-started') {
        const { refusedParams } = await delivery.start(head.run, head.time)
        if (refusedParams > 0) refusals.push(`${refusedParams} params: it holds other values or finds them too long`)
      } else if (head.type === 'metric') {
        const end = events.findIndex((e) => e.type !== 'metric')
        const batch = events.slice(0, end < 0 ? events.length : end).filter((e) => e.type === 'metric')
        count = batch.length
        await delivery.metrics(batch)
      } else {
        const note = await delivery.event(head)
        if (note !== undefined) refusals.push(note)
      }
      backoff.succeeded()
    } catch (error) {
      if (error instanceof MlflowFailure && !setAside(head, error) && (error.temporary || fatal(error))) throw error
      // Refused, or a file that is not there: the rest of the run does not depend on it.
      refused = error instanceof Error ? error.message : String(error)
    }
    if (refused === undefined) tally.delivered(head.type, count)
    else refusals.push(refused)
    queue.take(count)
    return true
  }

  /** A store that takes no files, or a row that a database never takes, must not hold up the final status for ever. */
  const setAside = (head: RunEvent, f: MlflowFailure) =>
    delivery.started && backoff.hopeless && (head.type === 'artifact' || f.status === 400)

  /** Without a run, or without permission, nothing that follows can succeed. */
  const fatal = (f: MlflowFailure) => !delivery.started || f.status === 401 || f.status === 403

  async function write(): Promise<void> {
    while (!stopped && !queue.empty) {
      try {
        if (!(await sendHead())) return
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error)
        if (!(error instanceof MlflowFailure) || !error.temporary) stopped = true
        else if (closing && (deadline.signal.aborted || backoff.hopeless)) return
        else await backoff.wait(error.retryAfter, deadline.signal)
      }
    }
  }

  function wake(delay: number): void {
    if (writer !== undefined || stopped) return
    clearTimeout(timer)
    const start = () => {
      timer = undefined
      writer = write().finally(() => {
        writer = undefined
        if (!queue.empty && !closing) wake(timing.flush)
      })
    }
    if (delay === 0) start()
    else timer = setTimeout(start, delay).unref()
  }

  return {
    name: 'mlflow',
    handle(event: RunEvent): void {
      if (event.type === 'run-started') dir = event.run.dir
      if (!isTracked(event)) return
      tally.expect(event.type)
      if (stopped) return
      queue.push(event)
      if (event.type === 'run-started') wake(0)
      else if (event.type !== 'metric') wake(Math.min(100, timing.flush))
      else if (timer === undefined) wake(timing.flush)
    },
    async close() {
      closing = true
      const end = setTimeout(() => deadline.abort(), timing.close)
      backoff.hurry()
      await writer
      clearTimeout(timer)
      wake(0)
      await writer
      clearTimeout(end)
      return undelivered()
    },
  }

  function undelivered(): { readonly undelivered?: string } {
    const missing = tally.missing()
    if (missing === undefined && refusals.length === 0) return {}
    const said = [...(queue.empty ? [] : [trouble]), ...refusals].filter((text) => text !== '')
    const why = [...new Set(said)].slice(0, 3).join('; ')
    return missing === undefined
      ? { undelivered: `MLflow at ${target.base} refused ${why}` }
      : { undelivered: `MLflow at ${target.base} did not get ${missing} (${why}); ${log()} holds all of it` }
  }
}
