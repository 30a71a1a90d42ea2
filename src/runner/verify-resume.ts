import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noTrainStage } from '../errors/training.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import { type CheckpointComparison, compareCheckpoints } from '../training/checkpoints/compare-checkpoints.ts'
import { ArtifactReader } from './artifact-reader.ts'
import { decide, type Outputs } from './decide.ts'
import { type ExecuteOptions, executeExperiment } from './execute.ts'
import { LazyEngine } from './lazy-engine.ts'
import { type Prepared, prepare } from './prepare.ts'
import { SourceLocator } from './source-locator.ts'
import { stageContext } from './stage-context.ts'

export type VerifyResumeOptions = Omit<ExecuteOptions, 'runsDir' | 'force' | 'until' | 'sinks'> & {
  /** Optimiser steps of each training. */
  readonly steps: number
}

export interface ResumeVerdict extends CheckpointComparison {
  readonly stage: string
  /** Steps made, in one go and in two. */
  readonly steps: number
  readonly splitAt: number
}

/**
 * Trains each train stage twice from the start, through checkpoint files in a temporary folder: in one go, and stopped
 * half-way and resumed by a fresh engine. Stages before it come from the store or are run.
 * @throws XpError when there is no train stage; what a stage throws
 */
export async function verifyResume(options: VerifyResumeOptions): Promise<readonly ResumeVerdict[]> {
  const stages = options.experiment.stages.filter(({ stage }) => stage.uses.startsWith('train/'))
  if (stages.length === 0) throw noTrainStage(options.experiment.file)
  const dir = await mkdtemp(join(tmpdir(), 'xp-resume-'))
  try {
    const verdicts: ResumeVerdict[] = []
    for (const stage of stages) verdicts.push(await verifyStage(stage, options, join(dir, stage.id)))
    return verdicts
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function verifyStage(stage: ResolvedStage, options: VerifyResumeOptions, dir: string): Promise<ResumeVerdict> {
  const prepared = await prepare(options.experiment, options.store, { ...options, until: stage.id })
  const made = await runBefore(stage, options, prepared, join(dir, 'runs'))
  const train = (name: string, until: number) => trainUntil(stage, made, prepared, options, join(dir, name), until)
  const steps = await train('straight', options.steps)
  const splitAt = Math.max(1, Math.floor(steps / 2))
  await train('split', splitAt)
  await train('split', options.steps)
  const at = (name: string) => join(dir, name, 'checkpoints')
  return { stage: stage.id, steps, splitAt, ...(await compareCheckpoints(at('straight'), at('split'))) }
}

/** What the stages before this one made. */
async function runBefore(
  { id }: ResolvedStage,
  options: VerifyResumeOptions,
  { stages, snapshot }: Prepared,
  runsDir: string,
): Promise<ReadonlyMap<string, Outputs>> {
  const before = stages.filter((stage) => stage.id !== id)
  const experiment: ResolvedExperiment = { ...options.experiment, stages: before }
  const { thrown } = await executeExperiment({ ...options, experiment, runsDir, sinks: () => [] })
  if (thrown !== undefined) throw thrown
  const made = new Map<string, Outputs>()
  for (const stage of before) {
    const { lookup } = await decide(stage, made, snapshot)
    if (lookup.kind !== 'hit') throw new Error(`${stage.id} ran, but its result is not in the store`)
    made.set(stage.id, lookup.manifest.outputs)
  }
  return made
}

/** Runs the stage in `scratch`, with an engine of its own, until so many steps are made; answers how many were. */
async function trainUntil(
  stage: ResolvedStage,
  made: ReadonlyMap<string, Outputs>,
  { sources, snapshot }: Prepared,
  { experiment, store, createEngine, signal }: VerifyResumeOptions,
  scratch: string,
  until: number,
): Promise<number> {
  await mkdir(scratch, { recursive: true })
  const engine = new LazyEngine(() => createEngine(experiment.engine), snapshot.engine)
  const stop = new AbortController()
  const reached = new Error(`${until} steps are made`)
  let steps = 0
  try {
    const locator = new SourceLocator(stage.id, sources, store)
    const shared = { seed: experiment.seed, reader: new ArtifactReader(store), sources, engine }
    const context = await stageContext(stage, made, shared, {
      scratch,
      signal: AbortSignal.any([signal, stop.signal]),
      locate: (digest) => locator.locate(digest),
      earlier: async () => [],
      metric(_name, _value, step) {
        steps = Math.max(steps, step)
        if (step >= until) stop.abort(reached)
      },
      progress() {},
      warn() {},
    })
    await stage.stage.run(context)
  } catch (error) {
    if (error !== reached) throw error
  } finally {
    await engine.dispose()
  }
  return steps
}
