import type { RunFacts } from '../../registry/events.ts'
import type { MatrixCell } from '../../registry/experiment.ts'
import { isMainScore } from '../../registry/metrics.ts'
import { table } from './table.ts'
import { number } from './text.ts'

type Stages = RunFacts['stages']
type Metrics = Readonly<Record<string, number>>

interface Row {
  readonly values: Readonly<Record<string, unknown>>
  readonly scores: Map<string, number>
}

/** The part of a name that tells it from others: the param alone where only one stage has a matrix. */
function shortNames(names: readonly string[]): readonly string[] {
  const params = names.map((name) => name.slice(name.indexOf('.') + 1))
  return params.map((param, i) => (params.indexOf(param) === params.lastIndexOf(param) ? param : (names[i] ?? param)))
}

const cell = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** The scores of one stage of the file in each combination, under the ids that the file gives where two have the same. */
function scoresOf(id: string, of: string, metrics: Metrics, others: ReadonlySet<string>): readonly [string, number][] {
  return Object.entries(metrics).flatMap(([name, value]) => {
    if (!name.startsWith(`${id}/`)) return []
    const score = name.slice(id.length + 1)
    return isMainScore(score) ? [[others.has(score) ? `${of}/${score}` : score, value]] : []
  })
}

function drawn(rows: readonly Row[]): readonly string[] {
  const params = Object.keys(rows[0]?.values ?? {})
  const scores = [...new Set(rows.flatMap((row) => [...row.scores.keys()]))]
  const head = [...shortNames(params), ...scores]
  const body = rows.map(({ values, scores: own }) => [
    ...params.map((param) => cell(values[param])),
    ...scores.map((score) => {
      const value = own.get(score)
      return value === undefined ? '–' : number(value)
    }),
  ])
  const right = scores.map((_, i) => params.length + i)
  return table(head, body, { right }).map((line) => `  ${line}`)
}

/** The matrices that a stage is expanded by: stages of equal ones share a table. */
const axesOf = (made: MatrixCell) => Object.keys(made.values).join()

/** A table of scores for each set of matrices: one row per combination of their values. */
export function matrixTables(stages: Stages, metrics: Metrics): readonly string[] {
  const cells = stages.flatMap(({ id, cell: made }) => (made === undefined ? [] : [{ id, made }]))
  const tables = new Map<string, { id: string; made: MatrixCell }[]>()
  for (const each of cells) {
    const axes = axesOf(each.made)
    tables.set(axes, [...(tables.get(axes) ?? []), each])
  }
  return [...tables.values()].flatMap((members) => {
    const scoredBy = new Map<string, Set<string>>()
    for (const { id, made } of members)
      for (const [name] of scoresOf(id, made.of, metrics, new Set()))
        scoredBy.set(name, (scoredBy.get(name) ?? new Set()).add(made.of))
    const shared = new Set([...scoredBy].flatMap(([name, by]) => (by.size > 1 ? [name] : [])))
    const rows = new Map<string, Row>()
    for (const { id, made } of members) {
      const key = JSON.stringify(made.values)
      const row = rows.get(key) ?? { values: made.values, scores: new Map() }
      for (const [name, value] of scoresOf(id, made.of, metrics, shared)) row.scores.set(name, value)
      if (row.scores.size > 0) rows.set(key, row)
    }
    return rows.size === 0 ? [] : ['', ...drawn([...rows.values()])]
  })
}
