import { freemem, totalmem } from 'node:os'
import type { ResolvedStage } from '../registry/experiment.ts'

/** How much may go on at a time. */
export interface Budget {
  /** Cores for all stages that work at a time. */
  readonly cores: number
  /** Of those, what a stage takes that computes with the engine; any other takes one. */
  readonly engineCores: number
  /** Whether there is memory for one more stage beside others. */
  hasMemory(): boolean
}

const accelerators: readonly string[] = ['cuda', 'webgpu', 'node-gpu']

/** Whether this process takes less than half of the memory that it may have, and an eighth of it is free. */
function hasMemory(): boolean {
  const total = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  return process.memoryUsage.rss() <= total / 2 && freemem() >= total / 8
}

/** @param engine the engine's facts: what computes on the CPU takes every core, since its threads wait for each other */
export function budgetOf(cores: number, engine: Readonly<Record<string, string>>): Budget {
  const isAccelerated = accelerators.includes(engine.provider ?? engine.device ?? '')
  return { cores, engineCores: isAccelerated ? 1 : cores, hasMemory }
}

const usesEngine = ({ stage }: ResolvedStage) => stage.needs.includes('engine')

/** Whether a stage may begin beside those at work: alone it always may, with the engine never beside another one. */
export function admits(stage: ResolvedStage, working: readonly ResolvedStage[], budget: Budget): boolean {
  if (working.length === 0) return true
  if (usesEngine(stage) && working.some(usesEngine)) return false
  const cores = [stage, ...working].reduce((sum, one) => sum + (usesEngine(one) ? budget.engineCores : 1), 0)
  return cores <= budget.cores && budget.hasMemory()
}

/**
 * Opens stages in order, each once all that it takes from have ended, and does the work that is left side by side as far
 * as the budget admits; what comes first in the order goes first.
 * @param open answers the work that is left of a stage, undefined where there is none; neither may throw
 */
export async function sideBySide(
  stages: readonly ResolvedStage[],
  budget: Budget,
  open: (stage: ResolvedStage) => Promise<(() => Promise<void>) | undefined>,
): Promise<void> {
  const ended = new Set<string>()
  const opened = new Set<string>()
  const left = new Map<string, () => Promise<void>>()
  const working = new Map<ResolvedStage, Promise<void>>()
  const isReady = ({ id, inputs }: ResolvedStage) =>
    !opened.has(id) && Object.values(inputs).every((sources) => sources.every((source) => ended.has(source.stage)))
  for (;;) {
    for (const stage of stages) {
      if (!isReady(stage)) continue
      opened.add(stage.id)
      const work = await open(stage)
      if (work === undefined) ended.add(stage.id)
      else left.set(stage.id, work)
    }
    for (const stage of stages) {
      const work = left.get(stage.id)
      if (work === undefined || !admits(stage, [...working.keys()], budget)) continue
      left.delete(stage.id)
      const end = () => {
        working.delete(stage)
        ended.add(stage.id)
      }
      working.set(stage, work().then(end))
    }
    if (working.size === 0) return
    await Promise.race(working.values())
  }
}
