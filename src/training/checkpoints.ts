import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { checkpointNotWritten, checkpointUnusable } from '../errors/training.ts'
import type { Trainer, Weights } from '../registry/engine.ts'
import { crashPoint } from '../std/crash-point.ts'
import type { Digest } from '../std/hash.ts'
import {
  readCheckpointOptimizer,
  readCheckpointWeights,
  type TensorShapes,
  type TrainingState,
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

/** The checkpoints of one training: `checkpoint-<step>` at an epoch's end, `checkpoint-<step>-partial` within one. */
export interface Checkpoints {
  /**
   * Puts weights and moments of the newest checkpoint that verifies into the trainer and answers its state. One that
   * does not, or whose best (the step `bestStep` answers for its state) does not, is passed over with a warning.
   */
  resume(
    trainer: Pick<Trainer, 'restore'>,
    bestStep: (state: TrainingState) => number | undefined,
  ): Promise<TrainingState | undefined>
  /**
   * Writes a checkpoint, then deletes those that are neither among the newest nor the best.
   * @throws XpError when the file system refuses; earlier checkpoints stay as they are
   */
  save(
    trainer: Pick<Trainer, 'weights' | 'optimizerState'>,
    state: TrainingState,
    bestStep: number | undefined,
  ): Promise<void>
  /** Weights of the checkpoint at the end of the epoch that ended with `step`. @throws XpError when it is damaged */
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
        const optimizer = await readCheckpointOptimizer(path, found.state.step)
        trainer.restore(await readCheckpointWeights(path), optimizer)
        newest = path
        return found.state
      }
      return undefined
    },
    async save(trainer, state, bestStep) {
      const path = pathAt(state.step) + (state.batch === 0 ? '' : partialSuffix)
      try {
        await mkdir(dir, { recursive: true })
        await writeCheckpoint(path, trainer, shapes, spec, state)
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
      return readCheckpointWeights(pathAt(step))
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
      const match = /^checkpoint-(\d+)(-partial)?$/.exec(name)
      return match === null ? [] : [{ name, step: Number(match[1]), whole: match[2] === undefined }]
    })
    .sort((a, b) => b.step - a.step || Number(b.whole) - Number(a.whole))
    .map(({ name }) => name)
}
