import { expectedErrors, XpErrors } from '../errors/xp-error.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import { type ActiveRun, stoppedByFailure } from './active-run.ts'
import { type Budget, sideBySide } from './schedule.ts'

/** What ended a run early, and the stage that threw it first. */
export interface Failure {
  readonly thrown: unknown
  readonly stage: string
}

export interface RunStagesOptions {
  readonly experiment: ResolvedExperiment
  readonly signal: AbortSignal
  readonly budget: Budget
  /** Ids of the stages that take part. */
  readonly taking: ReadonlySet<string>
  readonly until?: string | undefined
  readonly afterFailure: AfterFailure
  /** Ends the stages that are at work. */
  stop(reason: unknown): void
}

/**
 * What becomes of the others when a stage fails: those at work come to their end, or are stopped, and no other begins; or
 * all go on that do not depend on it.
 */
export type AfterFailure = 'finish' | 'stop' | 'keep-going'

/** Runs stages as far as failures let them; the others are recorded as skipped. Answers what was thrown, all of it where that is expected. */
export async function runStages(
  run: ActiveRun,
  { experiment, signal, budget, taking, until, afterFailure, stop }: RunStagesOptions,
): Promise<Failure | undefined> {
  const failures: Failure[] = []
  /** By each stage that has no result: the one whose failure is the cause. */
  const failed = new Map<string, string>()

  /** Why a stage is not to begin, in words. */
  function refused({ id, inputs }: ResolvedStage): string | undefined {
    if (signal.aborted && failures.length > 0) return 'interrupted'
    const before = Object.values(inputs)
      .flat()
      .find((source) => failed.has(source.stage))
    const cause = afterFailure === 'keep-going' ? failed.get(before?.stage ?? '') : failures[0]?.stage
    if (cause === undefined) return undefined
    failed.set(id, cause)
    return `${cause} failed`
  }

  async function guarded<T>(stage: ResolvedStage, work: () => Promise<T>): Promise<T | undefined> {
    const reason = refused(stage)
    if (reason !== undefined) {
      run.skip(stage, reason)
      return undefined
    }
    try {
      return await work()
    } catch (thrown) {
      failed.set(stage.id, stage.id)
      // What was stopped because another failed has no failure of its own.
      if (thrown !== stoppedByFailure) failures.push({ thrown, stage: stage.id })
      if (afterFailure === 'stop') stop(stoppedByFailure)
      return undefined
    }
  }

  await sideBySide(experiment.stages, budget, async (stage) => {
    if (!taking.has(stage.id)) {
      run.skip(stage, `not needed for --until ${until}`)
      return undefined
    }
    const work = await guarded(stage, () => run.open(stage))
    return work === undefined ? undefined : () => guarded(stage, work)
  })
  const [first] = failures
  if (first === undefined || failures.length === 1) return first
  const expected = failures.map(({ thrown }) => expectedErrors(thrown))
  const bug = failures.find((_, i) => expected[i]?.length === 0)
  return bug ?? { thrown: new XpErrors(expected.flat()), stage: first.stage }
}
