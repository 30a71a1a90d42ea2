import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSafetensors } from '../../std/safetensors.ts'
import type { TrainingState } from '../loop/training-state.ts'
import { checkpointFiles, checkpointStep } from './checkpoint.ts'

export interface CheckpointComparison {
  /** Name of the newest checkpoint of the first training. */
  readonly checkpoint: string
  /** Tensors of the model and the optimiser, and losses, that are in both. */
  readonly tensors: number
  readonly losses: number
  /** The first thing that differs, in words. */
  readonly difference?: string
}

/** Compares the newest checkpoints in two folders bit by bit, time left aside. */
export async function compareCheckpoints(first: string, second: string): Promise<CheckpointComparison> {
  const [checkpoint, other] = [await newestIn(first), await newestIn(second)]
  let tensors = 0
  const [state, otherState] = [await stateIn(first, checkpoint), await stateIn(second, other)]
  const losses = state.losses.length
  const differ = (difference: string) => ({ checkpoint, tensors, losses, difference })
  const wrong = state.losses.findIndex((loss, i) => loss !== otherState.losses[i])
  if (wrong >= 0) {
    return differ(`the loss of step ${wrong + 1}: ${state.losses[wrong]} and ${otherState.losses[wrong]}`)
  }
  for (const file of checkpointFiles.filter((name) => name.endsWith('.safetensors'))) {
    const [{ tensors: ours }, { tensors: theirs }] = [
      await readSafetensors(join(first, checkpoint, file)),
      await readSafetensors(join(second, other, file)),
    ]
    for (const name of theirs.keys()) if (!ours.has(name)) return differ(`${name} of ${file} is in one only`)
    for (const [name, { data }] of ours) {
      const found = theirs.get(name)?.data
      if (found === undefined) return differ(`${name} of ${file} is in one only`)
      const at = firstDifference(bytesOf(data), bytesOf(found))
      if (at !== undefined) {
        const i = Math.floor(at / data.BYTES_PER_ELEMENT)
        return differ(`${name} of ${file}, element ${i}: ${data[i]} and ${found[i]}`)
      }
      tensors++
    }
  }
  if (JSON.stringify(state) !== JSON.stringify(otherState)) return differ('position or history of the training')
  return { checkpoint, tensors, losses }
}

async function newestIn(dir: string): Promise<string> {
  const names = await readdir(dir)
  const [newest] = names
    .filter((name) => checkpointStep(name) !== undefined)
    .sort((a, b) => (checkpointStep(b) ?? 0) - (checkpointStep(a) ?? 0) || a.length - b.length)
  if (newest === undefined) throw new Error(`no checkpoint in ${dir}`)
  return newest
}

const stateIn = async (dir: string, name: string): Promise<TrainingState> =>
  (JSON.parse(await readFile(join(dir, name, 'state.json'), 'utf8')) as { manifest: { state: TrainingState } }).manifest
    .state

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  if (a.length !== b.length) return Math.min(a.length, b.length)
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? undefined : at
}
