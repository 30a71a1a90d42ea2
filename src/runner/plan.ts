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
  /** What the latest result of the like took, where the stage may run: wall time, and bytes that it keeps. */
  readonly estimate?: { readonly ms: number; readonly bytes: number }
}

async function estimateOf({ id, stage }: ResolvedStage, snapshot: Snapshot): Promise<Pick<PlannedStage, 'estimate'>> {
  const history = await snapshot.results.history(stage.uses)
  const like = history.find((result) => result.stage === id) ?? history[0]
  if (like === undefined) return {}
  const files = Object.values(like.outputs).flatMap((output) => output.files)
  return { estimate: { ms: like.ms, bytes: files.reduce((sum, { size }) => sum + size, 0) } }
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
      const reason = `waits for ${waitsFor}`
      plan.push({ id, uses, status: 'pending', reason, ...(await estimateOf(stage, snapshot)) })
      continue
    }
    const { key, lookup, reason } = await decide(stage, made, snapshot)
    if (lookup.kind === 'hit') {
      made.set(id, lookup.manifest.outputs)
      plan.push({ id, uses, key, status: 'hit', reason })
    } else plan.push({ id, uses, key, status: 'run', reason, ...(await estimateOf(stage, snapshot)) })
  }
  return plan
}
