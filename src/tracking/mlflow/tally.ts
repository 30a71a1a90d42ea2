import type { RunEvent } from '../../registry/events.ts'

const kinds = {
  'run-started': ['params', 'params'],
  metric: ['metric', 'metrics'],
  dataset: ['dataset', 'datasets'],
  'stage-finished': ['stage tag', 'stage tags'],
  artifact: ['file', 'files'],
  'run-finished': ['final status', 'final status'],
} as const

export type Kind = keyof typeof kinds

/** What of a run's events a tracker wants at all. */
export const isTracked = (event: RunEvent): event is Extract<RunEvent, { type: Kind }> => event.type in kinds

/** Counts what should reach the server and what did. */
export class Tally {
  readonly #open = new Map<Kind, number>()

  expect(kind: Kind): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + 1)
  }

  delivered(kind: Kind, count = 1): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) - count)
  }

  /** `312 metrics, 2 files and the final status`, or undefined when nothing is open. */
  missing(): string | undefined {
    const parts = (Object.keys(kinds) as Kind[]).flatMap((kind) => {
      const count = this.#open.get(kind) ?? 0
      if (count <= 0) return []
      const [one, several] = kinds[kind]
      return one === several ? [`the ${one}`] : [`${count} ${count === 1 ? one : several}`]
    })
    if (parts.length === 0) return undefined
    return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
  }
}
