import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OptimizerState, Trainer, Weights } from '../../registry/engine.ts'
import { crashPoint } from '../../std/crash-point.ts'
import { syncDirectory } from '../../std/fs.ts'
import { type Digest, digestFile, digestJson } from '../../std/hash.ts'
import { readSafetensors, writeSafetensors } from '../../std/safetensors.ts'
import { startTiming, type Timing, type TrainingState } from '../loop/training-state.ts'

/** Shapes of a model's parameters and buffers by name. */
export type TensorShapes = ReadonlyMap<string, readonly number[]>

/** What `state.json` holds beside its own digest. It is written last: a folder without it is no checkpoint. */
interface CheckpointManifest {
  readonly format: typeof format
  /** Digest of what the training depends on; another training's checkpoint is not resumed from. */
  readonly spec: Digest
  readonly files: Readonly<Record<string, { readonly size: number; readonly sha256: Digest }>>
  /** The optimiser's state beside its slots. */
  readonly optimizer: OptimizerScalars
  readonly state: TrainingState
}

type OptimizerScalars = Omit<OptimizerState, 'slots'>

const format = 'xp-checkpoint@2'
const modelFile = 'model.safetensors'
const optimizerFile = 'optimizer.safetensors'
const stateFile = 'state.json'
// Apart from the state, whose bytes are the same for equal trainings.
const timingFile = 'timing.json'

/** The files of a checkpoint that equal trainings write alike. */
export const checkpointFiles = [modelFile, optimizerFile, stateFile] as const

/**
 * Writes the folder `path` in one step: a reader sees a whole checkpoint or none, also after a power cut.
 * An older folder of that name is replaced. On failure the temporary folder is removed.
 */
export async function writeCheckpoint(
  path: string,
  trainer: Pick<Trainer, 'weights' | 'optimizerState'>,
  shapes: TensorShapes,
  spec: Digest,
  state: TrainingState,
  timing: Timing,
): Promise<void> {
  const temporary = `${path}${temporarySuffix}`
  const shaped = (values: Weights, prefix = '') =>
    [...values].map(([name, data]) => {
      const shape = shapes.get(name)
      if (shape === undefined) throw new Error(`the trainer holds ${name}, which the model has not`)
      return [prefix + name, { shape: [...shape], data }] as const
    })
  try {
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary, { recursive: true })
    await writeSafetensors(join(temporary, modelFile), new Map(shaped(trainer.weights())), { format: 'pt' })
    const { slots, ...optimizer } = trainer.optimizerState()
    const moments = Object.entries(slots).flatMap(([slot, values]) => shaped(values, `${slot}.`))
    await writeSafetensors(join(temporary, optimizerFile), new Map(moments), {})
    const files: Record<string, { size: number; sha256: Digest }> = {}
    for (const name of [modelFile, optimizerFile]) {
      const file = join(temporary, name)
      files[name] = { size: (await stat(file)).size, sha256: await digestFile(file) }
    }
    await writeFile(join(temporary, timingFile), JSON.stringify(timing))
    const manifest: CheckpointManifest = { format, spec, files, optimizer, state }
    crashPoint('checkpoint.without-state')
    await writeFile(join(temporary, stateFile), JSON.stringify({ manifest, sha256: digestJson(manifest) }), {
      flush: true,
    })
    await syncDirectory(temporary)
    crashPoint('checkpoint.before-rename')
    await rm(path, { recursive: true, force: true })
    await rename(temporary, path)
    crashPoint('checkpoint.renamed')
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** The step of a checkpoint's folder by its name; undefined for other names. */
export function checkpointStep(name: string): number | undefined {
  const match = /^checkpoint-(\d+)(-partial)?$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Ends the name of a folder that is still being written. */
export const temporarySuffix = '.tmp'

export interface VerifiedCheckpoint {
  readonly state: TrainingState
  readonly optimizer: OptimizerScalars
}

/** The state of a checkpoint whose files all have the recorded sizes and digests, else what is wrong with it. */
export async function verifyCheckpoint(
  path: string,
  spec: Digest,
): Promise<VerifiedCheckpoint | { readonly problem: string }> {
  try {
    const { manifest, sha256 } = JSON.parse(await readFile(join(path, stateFile), 'utf8')) as {
      readonly manifest: CheckpointManifest
      readonly sha256: Digest
    }
    if (digestJson(manifest) !== sha256) return { problem: `${stateFile} has other bytes` }
    if (manifest.format !== format) return { problem: `its format is ${manifest.format}, not ${format}` }
    if (manifest.spec !== spec) return { problem: 'it belongs to a training with other settings' }
    for (const name of [modelFile, optimizerFile]) {
      const recorded = manifest.files[name]
      const { size } = await stat(join(path, name))
      if (recorded?.size !== size) return { problem: `${name} has ${size} bytes instead of ${recorded?.size}` }
      if (recorded.sha256 !== (await digestFile(join(path, name)))) return { problem: `${name} has other bytes` }
    }
    return { state: manifest.state, optimizer: manifest.optimizer }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/** Weights of a verified checkpoint. */
export const readCheckpointWeights = (path: string): Promise<Weights> => readFloats(join(path, modelFile))

/** The optimiser's vectors in a verified checkpoint. */
export async function readCheckpointSlots(path: string): Promise<OptimizerState['slots']> {
  const slots: Record<string, Map<string, Float32Array>> = {}
  for (const [key, data] of await readFloats(join(path, optimizerFile))) {
    const dot = key.indexOf('.')
    slots[key.slice(0, dot)] ??= new Map()
    slots[key.slice(0, dot)]?.set(key.slice(dot + 1), data)
  }
  return slots
}

/** What is known of the time a checkpoint's training took. */
export const readCheckpointTiming = (path: string): Promise<Timing> =>
  readFile(join(path, timingFile), 'utf8').then(
    (text) => JSON.parse(text) as Timing,
    () => startTiming,
  )

async function readFloats(file: string): Promise<Weights> {
  const { tensors } = await readSafetensors(file)
  return new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array]))
}
