import { unknownStageId } from '../errors/wiring.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import { type Difference, differences, namedChanges } from '../registry/explain-miss.ts'
import type { Digest } from '../std/hash.ts'
import { decide, nearestResult, type Outputs, type Snapshot } from './decide.ts'

/** Files of a changed folder that are named. */
const mostFiles = 8

/** A stage that will run, and so brings others to run. */
export interface Cause {
  readonly stage: string
  readonly reason: string
}

/** Why a stage would run, or not. */
export interface Why {
  readonly stage: string
  readonly uses: string
  /** `pending`: what it takes is not made yet, so that its key is not known. */
  readonly status: 'hit' | 'run' | 'pending'
  /** First cause, in words. */
  readonly reason: string
  readonly key?: Digest
  /** The run that made the result, where there is one. */
  readonly madeBy?: string
  /** The run and stage of the nearest earlier result, where the stage would run. */
  readonly comparedWith?: { readonly run: string; readonly stage: string }
  /** Against that result; each with the first changed files of source data. */
  readonly differences: readonly (Difference & { readonly files?: readonly string[] })[]
  /** From this stage's input up to the stage that is the first cause. */
  readonly causes: readonly Cause[]
}

/**
 * Why a stage would run, ingredient by ingredient, or which run made its result. Changes nothing.
 * @param stages in topological order
 * @throws XpError when there is no such stage
 */
export async function whyStage(id: string, stages: readonly ResolvedStage[], snapshot: Snapshot): Promise<Why> {
  const target = stages.find((stage) => stage.id === id)
  if (target === undefined)
    throw unknownStageId(
      'xp why',
      id,
      stages.map((stage) => stage.id),
    )
  const made = new Map<string, Outputs>()
  /** By stage that will run: why, and which of its inputs is the cause where one is. */
  const running = new Map<string, Cause & { readonly after?: string }>()
  for (const stage of stages) {
    const upstream = Object.values(stage.inputs).flatMap((sources) => sources.map((source) => source.stage))
    const after = upstream.find((name) => running.has(name))
    const { uses } = stage.stage
    if (after !== undefined) {
      running.set(stage.id, { stage: stage.id, reason: `takes from ${after}, which runs`, after })
      if (stage !== target) continue
      const causes = chainFrom(after, running)
      const reason = causes.at(-1)
      return {
        stage: id,
        uses,
        status: 'pending',
        reason: reason === undefined ? `waits for ${after}` : `${reason.stage} runs: ${reason.reason}`,
        differences: [],
        causes,
      }
    }
    const { key, ingredients, lookup, reason } = await decide(stage, made, snapshot)
    if (lookup.kind === 'hit') made.set(stage.id, lookup.manifest.outputs)
    else running.set(stage.id, { stage: stage.id, reason })
    if (stage !== target) continue
    const facts = { stage: id, uses, key, reason, causes: [] }
    if (lookup.kind === 'hit') return { ...facts, status: 'hit', madeBy: lookup.manifest.run, differences: [] }
    const nearest = await nearestResult(stage, ingredients, snapshot)
    if (nearest === undefined) return { ...facts, status: 'run', differences: [] }
    const { previous, context } = nearest
    const found = differences(previous.ingredients, ingredients, context).map((difference) => {
      if (!difference.ingredient.startsWith('sources.')) return difference
      const [before, now] = [context.files(difference.was as Digest), context.files(difference.now as Digest)]
      return before && now ? { ...difference, files: namedChanges(before, now, mostFiles) } : difference
    })
    const comparedWith = { run: previous.run, stage: previous.stage }
    return { ...facts, status: 'run', comparedWith, differences: found }
  }
  throw new Error(`${id} is not among its stages`)
}

function chainFrom(start: string, running: ReadonlyMap<string, Cause & { readonly after?: string }>): readonly Cause[] {
  const chain: Cause[] = []
  for (let at = running.get(start); at !== undefined; at = at.after === undefined ? undefined : running.get(at.after))
    chain.push({ stage: at.stage, reason: at.reason })
  return chain
}
