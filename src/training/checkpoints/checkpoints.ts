import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { checkpointNotWritten, checkpointUnusable } from '../../errors/training.ts'
import type { Trainer, Weights } from '../../registry/engine.ts'
import { crashPoint } from '../../std/crash-point.ts'
import type { Digest } from '../../std/hash.ts'
import { isValidated, type Timing, type TrainingState } from '../loop/training-state.ts'
import {
  checkpointStep,
  readCheckpointSlots,
  readCheckpointTiming,
  readCheckpointWeights,
  type TensorShapes,
  temporarySuffix,
  verifyCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts'

export interface CheckpointsOptions {
  /** Absolute path of the folder that holds them. */
  readonly dir: string
  readonly shapes: TensorShapes
  /** Digest of everything the training's numbers depend on. */
  readonly spec: Digest
  /** How many of the newest stay, beside the best. */
  readonly keep: number
  /** Told why a checkpoint was passed over. */
  warn(message: string): void
}

/** A state, and the time it took to get there. */
export interface Progress {
  readonly state: TrainingState
  readonly timing: Timing
}

/** The checkpoints of one training: `checkpoint-<step>` after a validation, `checkpoint-<step>-partial` between two. */
export interface Checkpoints {
  /**
   * Puts weights and moments of the newest checkpoint that verifies into the trainer and answers its state. One that
   * does not, or whose best (the step `bestStep` answers for its state) does not, is passed over with a warning.
   */
  resume(
    trainer: Pick<Trainer, 'restore'>,
    bestStep: (state: TrainingState) => number | undefined,
  ): Promise<Progress | undefined>
  /**
   * Writes a checkpoint, then deletes those that are neither among the newest nor the best.
   * @throws XpError when the file system refuses; earlier checkpoints stay as they are
   */
  save(
    trainer: Pick<Trainer, 'weights' | 'optimizerState'>,
    progress: Progress,
    bestStep: number | undefined,
  ): Promise<void>
  /** Weights, averaged where an average is kept, of the checkpoint validated at `step`. @throws XpError when it is damaged */
  weightsAt(step: number): Promise<Weights>
  /** Absolute path of the newest checkpoint of this process, or that it resumed from. */
  readonly newest: string | undefined
}

export function openCheckpoints({ dir, shapes, spec, keep, warn }: CheckpointsOptions): Checkpoints {
  const pathAt = (step: number) => join(dir, `checkpoint-${step}`)
  const damaged = new Set<string>()
  let newest: string | undefined

  async function problemOf(path: string, bestStep: (state: TrainingState) => number | undefined) {
    const found = await verifyCheckpoint(path, spec)
    if ('problem' in found) return found
    const best = bestStep(found.state)
    if (best === undefined || pathAt(best) === path) return found
    const verified = await verifyCheckpoint(pathAt(best), spec)
    return 'problem' in verified ? { problem: `the best one so far, checkpoint-${best}: ${verified.problem}` } : found
  }

  return {
    get newest() {
      return newest
    },
    async resume(trainer, bestStep) {
      for (const name of await list(dir)) {
        const path = join(dir, name)
        const found = await problemOf(path, bestStep)
        if ('problem' in found) {
          damaged.add(name)
          warn(`passed over ${name}: ${found.problem}`)
          continue
        }
        const slots = await readCheckpointSlots(path)
        trainer.restore(await readCheckpointWeights(path), { ...found.optimizer, slots })
        newest = path
        return { state: found.state, timing: await readCheckpointTiming(path) }
      }
      return undefined
    },
    async save(trainer, { state, timing }, bestStep) {
      const path = pathAt(state.step) + (isValidated(state) ? '' : partialSuffix)
      try {
        await mkdir(dir, { recursive: true })
        await writeCheckpoint(path, trainer, shapes, spec, state, timing)
      } catch (error) {
        const refused = (error as NodeJS.ErrnoException).syscall !== undefined
        throw refused ? checkpointNotWritten(path, error as NodeJS.ErrnoException) : error
      }
      newest = path
      crashPoint('checkpoint.before-prune')
      const names = await list(dir)
      damaged.delete(basename(path))
      const newestWhole = names.filter((name) => !damaged.has(name)).slice(0, keep)
      const kept = new Set([...newestWhole, `checkpoint-${bestStep}`])
      for (const name of names) if (!kept.has(name)) await rm(join(dir, name), { recursive: true, force: true })
    },
    async weightsAt(step) {
      const found = await verifyCheckpoint(pathAt(step), spec)
      if ('problem' in found) throw checkpointUnusable(pathAt(step), found.problem)
      const [weights, { ema }] = [await readCheckpointWeights(pathAt(step)), await readCheckpointSlots(pathAt(step))]
      return ema === undefined ? weights : new Map([...weights, ...ema])
    },
  }
}

const partialSuffix = '-partial'

/** Names of the checkpoints in a folder, newest first; what a killed process left half-written is removed. */
async function list(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names.filter((name) => name.endsWith(temporarySuffix))) {
    await rm(join(dir, name), { recursive: true, force: true })
  }
  return names
    .flatMap((name) => {
      const step = checkpointStep(name)
      return step === undefined ? [] : [{ name, step, whole: !name.endsWith(partialSuffix) }]
    })
    .sort((a, b) => b.step - a.step || Number(b.whole) - Number(a.whole))
    .map(({ name }) => name)
}
