import type { MatrixCell } from './experiment.ts'

/** What happened inside one stage. Kept beside the stage's result and replayed when the result is used again. */
export type StageEvent =
  | {
      readonly type: 'metric'
      readonly name: string
      readonly value: number
      /** Optimiser step, or the stage's own count where it has no steps. */
      readonly step: number
      readonly epoch?: number
    }
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly what: string }
  | { readonly type: 'warning'; readonly message: string }

export type StageStatus = 'hit' | 'ran' | 'failed' | 'skipped'

export interface StageSummary {
  readonly id: string
  readonly uses: string
  /** Absent when an earlier stage failed before this one's inputs were known. */
  readonly key?: string
  readonly status: StageStatus
  /** First cause, in words: `learningRate 1e-5 → 3e-5 (--set)`. */
  readonly reason: string
  readonly ms: number
}

export interface ErrorFacts {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly stage?: string
}

export type RunStatus = 'finished' | 'failed' | 'interrupted'

/** Everything a sink may want to say of a run, said once at its start. */
export interface RunFacts {
  readonly runId: string
  readonly name: string
  readonly dir: string
  readonly file: string
  readonly seed: number
  /** Flattened stage params after defaults, `<stage id>.<param>` → value; secrets are absent. */
  readonly params: Readonly<Record<string, string | number | boolean>>
  readonly tags: Readonly<Record<string, string>>
  readonly stages: readonly { readonly id: string; readonly uses: string; readonly cell?: MatrixCell }[]
}

export type RunEventBody =
  | { readonly type: 'run-started'; readonly run: RunFacts }
  | { readonly type: 'stage-started'; readonly stage: string; readonly uses: string; readonly reason: string }
  | (StageEvent & {
      readonly stage: string /** true when it comes from an earlier run's log */
      readonly replayed: boolean
    })
  | {
      readonly type: 'dataset'
      readonly stage: string
      readonly name: string
      readonly digest: string
      readonly source: string
      readonly context: string
    }
  | ({ readonly type: 'stage-finished'; readonly stage: string } & Omit<StageSummary, 'id'>)
  | {
      readonly type: 'artifact'
      readonly stage: string
      readonly name: string /** absolute path */
      readonly path: string
    }
  | {
      readonly type: 'run-finished'
      readonly status: RunStatus
      readonly metrics: Readonly<Record<string, number>>
      readonly error?: ErrorFacts
    }

/** One line of `events.jsonl`. `time` is Unix milliseconds; `seq` counts from 0 without gaps. */
export type RunEvent = { readonly seq: number; readonly time: number } & RunEventBody

/** A follower of a run's events. It can never fail the run: it reports what it could not do through `close`. */
export interface Sink {
  readonly name: string
  handle(event: RunEvent): void
  /** Flushes; answers what was not delivered, in one sentence for the reader. */
  close(): Promise<{ readonly undelivered?: string }>
}
