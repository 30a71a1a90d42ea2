import pc from 'picocolors'
import type { RunEvent, RunFacts, Sink } from '../../registry/events.ts'
import { EpochRows } from './epoch-rows.ts'
import type { LiveBars } from './live-bars.ts'
import { plainLine } from './progress-text.ts'
import { StageProgress } from './stage-progress.ts'
import { finishedStage, lastScores, runSummary } from './summary.ts'
import { printable } from './text.ts'

export interface ConsoleOptions {
  /** Where people read: stderr. */
  readonly stream: NodeJS.WritableStream
  readonly isTTY: boolean
  /** Off by default where nobody sees it: no terminal, or `NO_COLOR` is set. */
  readonly color?: boolean
}

interface RunningStage {
  readonly progress: StageProgress
  readonly epochs: EpochRows
  /** Latest value of each metric that belongs to no epoch. */
  readonly scores: Map<string, number>
  /** Whether what is done now goes on from an interrupted run, which is not said yet. */
  resumes: boolean
  printedAt: number
  printedFraction: number
}

/** A log without a terminal gets a progress line at most this often (milliseconds), and per tenth of the work or minute. */
const plainEvery = 10_000
const plainAtLeast = 60_000

/**
 * Tells a person how a run goes: live bars on a terminal, plain lines elsewhere; one line per finished stage, one row
 * per epoch, scores, warnings, and where the results lie.
 */
export function createConsoleSink({
  stream,
  isTTY,
  color = isTTY && process.env.NO_COLOR === undefined,
}: ConsoleOptions): Sink {
  const colors = pc.createColors(color)
  const stages = new Map<string, RunningStage>()
  let bars: LiveBars | undefined
  let taking: ReadonlySet<string> = new Set()
  let labelWidth = 8
  let dir = ''
  let stagesOfRun: RunFacts['stages'] = []
  let report: string | undefined
  let startedAt = 0
  let over = false

  const print = (line: string) => {
    if (bars === undefined) stream.write(`${line}\n`)
    else bars.print(line)
  }

  function progressed(stage: RunningStage, time: number) {
    if (isTTY) return bars?.show(stage.progress)
    const { fraction } = stage.progress
    const elapsed = time - stage.printedAt
    if (elapsed < plainEvery || (elapsed < plainAtLeast && fraction - stage.printedFraction < 0.1)) return undefined
    stage.printedAt = time
    stage.printedFraction = fraction
    return print(plainLine(stage.progress))
  }

  function handle(event: RunEvent): void {
    if (over) return
    const stage = 'stage' in event ? stages.get(event.stage) : undefined
    if (stage !== undefined && !('replayed' in event && event.replayed)) {
      for (const row of stage.epochs.rows(event)) print(colors.dim(row))
    }
    switch (event.type) {
      case 'run-started': {
        const { run } = event
        startedAt = event.time
        dir = run.dir
        stagesOfRun = run.stages
        taking = new Set(run.stages.map((s) => s.id))
        labelWidth = Math.max(6, ...run.stages.map((s) => s.id.length))
        print(
          `${colors.bold(run.name)}  ${colors.dim(`run ${run.runId}, ${run.stages.length} ${run.stages.length === 1 ? 'stage' : 'stages'}`)}`,
        )
        if (isTTY) {
          void import('./live-bars.ts').then((module) => {
            if (!over) bars = new module.LiveBars(stream as NodeJS.WriteStream, labelWidth, colors)
          })
        }
        break
      }
      case 'stage-started':
        stages.set(event.stage, {
          progress: new StageProgress(event.stage),
          epochs: new EpochRows(),
          scores: new Map(),
          resumes: false,
          printedAt: event.time,
          printedFraction: 0,
        })
        if (!isTTY) print(`▸ ${event.stage.padEnd(labelWidth)}  ${event.uses}  ${printable(event.reason)}`.trimEnd())
        break
      case 'progress':
        if (stage === undefined || event.replayed) break
        stage.progress.advance(event.time, event.done, event.total, event.what)
        if (stage.resumes && !stage.progress.isAside) {
          stage.resumes = false
          print(colors.dim(`    goes on from an interrupted run, at ${Math.floor(stage.progress.fraction * 100)} %`))
        }
        progressed(stage, event.time)
        break
      case 'metric':
        if (stage === undefined) break
        stage.resumes ||= event.replayed
        if (event.name === 'train/loss') stage.progress.loss = event.value
        if (event.epoch === undefined) stage.scores.set(event.name, event.value)
        break
      case 'warning':
        print(`${colors.yellow('!')} ${event.stage.padEnd(labelWidth)}  ${printable(event.message)}`)
        break
      case 'artifact':
        if (event.path.endsWith('.html')) report = event.path
        break
      case 'stage-finished':
        // Stages that --until leaves out are no news.
        if (!taking.has(event.stage)) break
        bars?.remove(event.stage)
        print(finishedStage(event, labelWidth, colors))
        for (const line of stage === undefined ? [] : lastScores(stage.scores)) print(colors.dim(line))
        stages.delete(event.stage)
        break
      case 'run-finished':
        over = true
        bars?.stop()
        for (const line of runSummary(event, { dir, report, ms: event.time - startedAt, stages: stagesOfRun }, colors))
          stream.write(`${line}\n`)
        break
      default:
        break
    }
  }

  return {
    name: 'console',
    handle(event) {
      // A closed pipe (`xp run … 2>&1 | head`) is the reader's choice, not a failure of the run.
      try {
        handle(event)
      } catch {
        over = true
      }
    },
    async close() {
      over = true
      bars?.stop()
      return {}
    },
  }
}
