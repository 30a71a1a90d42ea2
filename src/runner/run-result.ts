import type { ErrorFacts, RunStatus, StageSummary } from '../registry/events.ts'

/** What `xp run --json` prints. */
export interface RunResult {
  readonly runId: string
  /** Absolute path of the run's folder. */
  readonly dir: string
  readonly status: RunStatus
  readonly stages: readonly StageSummary[]
  readonly metrics: Readonly<Record<string, number>>
  readonly error?: ErrorFacts
  /** What trackers did not deliver, one sentence each. */
  readonly warnings: readonly string[]
}

/** A run's answer, and what ended it early: an XpError, a bug, or the reason of the abort. */
export interface Execution {
  readonly result: RunResult
  readonly thrown?: unknown
}
