import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readModelConfig } from '../../src/artifacts/model.ts'
import type { Weights } from '../../src/registry/engine.ts'
import { readSafetensors, type StoredTensor } from '../../src/std/safetensors.ts'

interface Expected {
  /** In the order of the modules: the name on disk, the name in memory, whether the Trainer decays it. */
  readonly parameters: readonly { readonly name: string; readonly spelled: string; readonly decay: boolean }[]
  /** Per image, by size as `<height>x<width>`; the first is that of the training. */
  readonly logits: Readonly<Record<string, readonly (readonly number[])[]>>
  /** Of the images of the training. */
  readonly labels: readonly number[]
  readonly learningRate: number
  readonly weightDecay: number
  readonly steps: readonly { readonly loss: number; readonly gradNorm: number }[]
  readonly logitsAfter: readonly (readonly number[])[]
}

interface Fresh {
  readonly seed: number
  readonly weights: readonly {
    /** The name in memory. */
    readonly spelled: string
    readonly shape: readonly number[]
    readonly first: readonly number[]
    readonly sha256: string
  }[]
  /** Digest of the weights of the head or heads that a bare checkpoint gets. */
  readonly head: string
}

const path = (...parts: string[]) => resolve(import.meta.dirname, ...parts)
const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path(...parts), 'utf8'))

/** A checkpoint that `make_<family>.py` wrote, and what transformers computes with it. */
export async function goldenCheckpoint(folder: string) {
  const { tensors } = await readSafetensors(path(folder, 'model.safetensors'))
  const images = (await readSafetensors(path(folder, 'images.safetensors'))).tensors
  const weights: Weights = new Map([...tensors].map(([name, { data }]) => [name, (data as Float32Array).slice()]))
  return {
    config: await readModelConfig(path(folder)),
    expected: json(folder, 'expected.json') as Expected,
    tensors: tensors as ReadonlyMap<string, StoredTensor>,
    weights,
    /** Normalised `[n, height, width, 3]`. */
    pixelsOf(size: string) {
      const { data, shape } = images.get(size) ?? unknownSize(folder, size)
      const pixels = Float32Array.from(data as Uint8Array, (level) => (Math.fround(level / 255) - 0.5) / 0.5)
      return { pixels, count: shape[0] as number, height: shape[1] as number, width: shape[2] as number }
    },
  }
}

function unknownSize(folder: string, size: string): never {
  throw new Error(`no images of ${size} in ${folder}`)
}

/** `<name>-fresh.json`. */
export const goldenFresh = (name: string): Fresh => json(`${name}-fresh.json`) as Fresh
