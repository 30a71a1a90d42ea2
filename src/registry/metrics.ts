import type { MetricDeclaration, MetricDeclarations } from './stage.ts'

/** The metric names a declaration allows: a star in it stands for any text. */
export type MetricName<M> = {
  [K in keyof M & string]: K extends `*${infer Rest}`
    ? `${string}${Rest}`
    : K extends `${infer Prefix}*`
      ? `${Prefix}${string}`
      : K
}[keyof M & string]

/** The declaration a metric's name falls under, exact names before starred ones; undefined when it was not declared. */
export function metricDeclaration(metrics: MetricDeclarations, name: string): MetricDeclaration | undefined {
  if (Object.hasOwn(metrics, name)) return metrics[name]
  const starred = Object.keys(metrics).find((declared) => {
    const [before, after] = declared.split('*', 2)
    return (
      after !== undefined && name.length >= declared.length && name.startsWith(before ?? '') && name.endsWith(after)
    )
  })
  return starred === undefined ? undefined : metrics[starred]
}

/** Scores that are told of a run, of any stage: no counts, and nothing of single training steps. */
export const isMainScore = (name: string): boolean => /\/(accuracy|f1|loss)$/.test(name) && !/(^|\/)train\//.test(name)
