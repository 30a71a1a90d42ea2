import type { RunEvent, RunFacts } from '../../registry/events.ts'
import { isMainScore } from '../../registry/metrics.ts'
import { matrixTables } from './matrix-table.ts'
import { duration, number, printable } from './text.ts'

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>
type Paint = (text: string) => string
export interface Palette {
  readonly green: Paint
  readonly red: Paint
  readonly cyan: Paint
  readonly yellow: Paint
  readonly dim: Paint
  readonly bold: Paint
}

/** `✓ train  ran   412.3 s  learningRate 1e-5 → 3e-5 (--set)` */
export function finishedStage(event: Event<'stage-finished'>, labelWidth: number, color: Palette): string {
  const mark = { hit: color.cyan('●'), ran: color.green('✓'), failed: color.red('✗'), skipped: color.dim('–') }
  const time = event.status === 'skipped' ? '' : duration(event.ms)
  const reason = event.status === 'hit' ? '' : printable(event.reason)
  const text = `${event.stage.padEnd(labelWidth)}  ${event.status.padEnd(7)} ${time.padStart(12)}`
  return `${mark[event.status]} ${text}${reason === '' ? '' : `  ${color.dim(reason)}`}`
}

/** Scores of a finished stage that belong to no epoch and no training step, a few to a line. */
export function lastScores(scores: ReadonlyMap<string, number>): readonly string[] {
  const shown = [...scores].filter(([name]) => !name.startsWith('train/'))
  const lines: string[] = []
  for (let i = 0; i < shown.length; i += 3) {
    const cells = shown
      .slice(i, i + 3)
      .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : number(value)}`)
    lines.push(`    ${cells.join('   ')}`)
  }
  return lines
}

/** The end of a run: how it went, its scores, and where the results lie. */
export function runSummary(
  event: Event<'run-finished'>,
  facts: {
    readonly dir: string
    readonly report: string | undefined
    readonly ms: number
    readonly stages: RunFacts['stages']
  },
  color: Palette,
): readonly string[] {
  const paint = { finished: color.green, failed: color.red, interrupted: color.yellow }[event.status]
  const names = Object.keys(event.metrics).filter(isMainScore)
  // The long form `<stage>/test/accuracy` says nothing more where the short one stands beside it.
  const inTables = new Set(facts.stages.flatMap(({ id, cell }) => (cell === undefined ? [] : [id])))
  const shown = names.filter(
    (name) => !names.includes(name.slice(name.indexOf('/') + 1)) && !inTables.has(name.slice(0, name.indexOf('/'))),
  )
  const width = Math.max(6, ...shown.map((name) => name.length))
  return [
    `${paint(event.status)} in ${duration(facts.ms)}`,
    ...shown.map((name) => `  ${name.padEnd(width)}  ${number(event.metrics[name] ?? Number.NaN)}`),
    ...matrixTables(facts.stages, event.metrics),
    ...(inTables.size > 0 ? [''] : []),
    ...(facts.report === undefined ? [] : [`  ${'report'.padEnd(width)}  ${facts.report}`]),
    `  ${'run'.padEnd(width)}  ${facts.dir}`,
  ]
}
