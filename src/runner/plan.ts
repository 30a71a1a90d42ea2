import type { ResolvedStage } from '../registry/experiment.ts'
import type { Digest } from '../std/hash.ts'
import { decide, type Outputs, type Snapshot } from './decide.ts'

export interface PlannedStage {
  readonly id: string
  readonly uses: string
  /** Absent while the stage is pending: its inputs are not made yet. */
  readonly key?: Digest
  readonly status: 'hit' | 'run' | 'pending'
  /** First cause, in words. */
  readonly reason: string
}

/** What would happen to each stage, in order. Changes nothing. */
export async function planExperiment(
  stages: readonly ResolvedStage[],
  snapshot: Snapshot,
): Promise<readonly PlannedStage[]> {
  const made = new Map<string, Outputs>()
  const plan: PlannedStage[] = []
  for (const stage of stages) {
    const { id } = stage
    const { uses } = stage.stage
    const upstream = Object.values(stage.inputs).flatMap((sources) => sources.map((source) => source.stage))
    const waitsFor = upstream.find((name) => !made.has(name))
    if (waitsFor !== undefined) {
      plan.push({ id, uses, status: 'pending', reason: `waits for ${waitsFor}` })
      continue
    }
    const { key, lookup, reason } = await decide(stage, made, snapshot)
    if (lookup.kind === 'hit') made.set(id, lookup.manifest.outputs)
    plan.push({ id, uses, key, status: lookup.kind === 'hit' ? 'hit' : 'run', reason })
  }
  return plan
}
