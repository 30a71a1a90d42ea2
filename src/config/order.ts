import { stageCycle } from '../errors/wiring.ts'
import type { XpError } from '../errors/xp-error.ts'
import { locate } from './source.ts'
import type { Edge } from './wire.ts'

/** Follows what a stage waits for until a stage comes back. Every stage of `waiting` waits for one of them. */
function circleFrom(start: string, edges: readonly Edge[], waiting: ReadonlySet<string>): Edge[] {
  const walked: Edge[] = []
  let at = start
  for (;;) {
    const edge = edges.find((e) => e.to === at && waiting.has(e.from)) as Edge
    const seen = walked.findIndex((e) => e.to === at)
    if (seen >= 0) return walked.slice(seen)
    walked.push(edge)
    at = edge.from
  }
}

/** Ids so that a stage follows its inputs, in the order given among equals; one error per circle. */
export function topologicalOrder(
  ids: readonly string[],
  edges: readonly Edge[],
): { readonly sorted: readonly string[]; readonly errors: readonly XpError[] } {
  const sorted: string[] = []
  const errors: XpError[] = []
  const waiting = new Set(ids)
  while (waiting.size > 0) {
    const ready = ids.find((id) => waiting.has(id) && !edges.some((e) => e.to === id && waiting.has(e.from)))
    if (ready !== undefined) {
      sorted.push(ready)
      waiting.delete(ready)
      continue
    }
    const circle = circleFrom(ids.find((id) => waiting.has(id)) as string, edges, waiting)
    const first = circle.reduce((a, b) => (ids.indexOf(a.to) <= ids.indexOf(b.to) ? a : b))
    const turned = [...circle.slice(circle.indexOf(first)), ...circle.slice(0, circle.indexOf(first))]
    const label = (e: Edge) => `"${e.to}" waits for "${e.from}"`
    const others = turned.slice(1).map((e) => ({ span: e.span, label: label(e) }))
    const names = [first.to, ...turned.map((e) => e.from)].reverse()
    errors.push(stageCycle(locate(first.span, label(first), others), names))
    for (const { to } of circle) waiting.delete(to)
  }
  return { sorted, errors }
}
