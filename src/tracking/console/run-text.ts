import type { StageSummary } from '../../registry/events.ts'
import { isMainScore } from '../../registry/metrics.ts'
import { table } from './table.ts'
import { duration, number, printable } from './text.ts'

interface Run {
  readonly id: string
  readonly status: string
  readonly started: string
  readonly ms?: number
  readonly tags: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
}

/** The accuracy that says most: on the test part where there is one, of the last stage that has it. */
const mainScore = (metrics: Run['metrics']) => {
  const names = Object.keys(metrics)
  const name = ['test/accuracy', 'validation/accuracy'].find((each) => names.includes(each))
  const found = name ?? names.findLast((each) => each.endsWith('/test/accuracy'))
  return found === undefined ? '' : `${found} ${number(metrics[found] ?? Number.NaN)}`
}

/** One line a run. */
export function runRows(runs: readonly Run[]): readonly string[] {
  if (runs.length === 0) return ['no runs yet: xp run FILE makes one']
  const rows = runs.map(({ id, status, started, ms, metrics, tags }) => [
    id,
    status,
    started.slice(0, 16).replace('T', ' '),
    ms === undefined ? '' : duration(ms),
    mainScore(metrics),
    tags.join(', '),
  ])
  return table(['run', 'status', 'started (UTC)', 'took', 'score', 'tags'], rows, { right: [3] })
}

/** What is known of one run. */
export function runLines(
  run: Run & {
    readonly name: string
    readonly file: string
    readonly dir: string
    readonly stages: readonly StageSummary[]
  },
): readonly string[] {
  const scores = Object.entries(run.metrics).filter(([name]) => isMainScore(name))
  const short = scores.filter(([name]) => !scores.some(([other]) => other === name.slice(name.indexOf('/') + 1)))
  return [
    `${run.id}  ${run.status}${run.tags.length > 0 ? `  [${run.tags.join(', ')}]` : ''}`,
    `  ${run.name}, ${run.file}`,
    `  started ${run.started}${run.ms === undefined ? '' : `, took ${duration(run.ms)}`}`,
    '',
    ...table(
      ['stage', 'status', 'took', 'why'],
      run.stages.map(({ id, status, ms, reason }) => [id, status, duration(ms), printable(reason)]),
      { right: [2] },
    ),
    ...(short.length > 0 ? [''] : []),
    ...table(
      ['score', 'value'],
      short.map(([name, value]) => [name, number(value)]),
      { right: [1] },
    ).slice(short.length > 0 ? 0 : 1),
    '',
    run.dir,
  ]
}

const said = (value: unknown) =>
  value === undefined
    ? '–'
    : typeof value === 'number' && !Number.isInteger(value)
      ? number(value)
      : printable(String(value))

interface Changed {
  readonly name: string
  readonly values: readonly unknown[]
}

/** What two runs do not share. */
export function diffLines(diff: {
  readonly runs: readonly string[]
  readonly params: readonly Changed[]
  readonly metrics: readonly Changed[]
  readonly seconds: readonly Changed[]
}): readonly string[] {
  const rows = (list: readonly Changed[]) => list.map(({ name, values }) => [name, ...values.map(said)])
  const parts = [
    ['param', diff.params],
    ['score', diff.metrics],
    ['stage, seconds', diff.seconds],
  ] as const
  const lines = parts.flatMap(([title, list]) =>
    list.length === 0 ? [] : ['', ...table([title, ...diff.runs], rows(list), { right: [1, 2] })],
  )
  return lines.length === 0 ? ['nothing differs'] : lines.slice(1)
}

/** Scores side by side; `*` marks the best of a row. */
export function compareLines(compared: {
  readonly runs: readonly { readonly id: string; readonly tags: readonly string[] }[]
  readonly scores: readonly { readonly name: string; readonly values: readonly unknown[]; readonly best?: number }[]
}): readonly string[] {
  const titles = compared.runs.map(({ id, tags }) => tags[0] ?? id)
  const rows = compared.scores.map(({ name, values, best }) => [
    name,
    ...values.map((value, i) => `${said(value)}${i === best ? ' *' : '  '}`),
  ])
  return table(['score', ...titles.map((title) => `${title}  `)], rows, { right: titles.map((_, i) => i + 1) })
}
