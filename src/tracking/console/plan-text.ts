import { sizeText } from './size-text.ts'
import { table } from './table.ts'
import { duration, printable } from './text.ts'

interface Planned {
  readonly id: string
  readonly status: 'hit' | 'run' | 'pending'
  readonly reason: string
  readonly estimate?: { readonly ms: number; readonly bytes: number }
}

/** One line a stage, and what those that run, or may run, took the last time. */
export function planText(stages: readonly Planned[]): readonly string[] {
  const rows = stages.map(({ id, status, reason, estimate }) => [
    id,
    status,
    estimate === undefined ? '' : `~${duration(estimate.ms)}`,
    estimate === undefined ? '' : `~${sizeText(estimate.bytes)}`,
    printable(reason),
  ])
  const lines = table(['stage', 'status', 'time', 'room', 'why'], rows, { right: [2, 3] })
  const open = stages.filter(({ status }) => status !== 'hit')
  const known = open.flatMap(({ estimate }) => estimate ?? [])
  if (known.length === 0) return lines
  const ms = known.reduce((sum, estimate) => sum + estimate.ms, 0)
  const bytes = known.reduce((sum, estimate) => sum + estimate.bytes, 0)
  const most = open.some(({ status }) => status === 'pending') ? 'at most about' : 'about'
  const unknown = open.length - known.length
  const more = unknown === 0 ? '' : `, and ${unknown} ${unknown === 1 ? 'stage' : 'stages'} that never ran`
  return [...lines, `${most} ${duration(ms)} and ${sizeText(bytes)}, as the last time${more}`]
}
