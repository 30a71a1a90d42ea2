import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readModelConfig, readModelWeights } from '../../src/artifacts/model.ts'
import { readSafetensors } from '../../src/std/safetensors.ts'

export interface GoldenStep {
  /** Indices into the golden's images. */
  readonly images: readonly number[]
  readonly learningRate: number
  readonly loss: number
  readonly gradNorm: number
}

export interface GoldenVit {
  readonly labels: readonly number[]
  /** Per image. */
  readonly logits: readonly (readonly number[])[]
  readonly steps: readonly GoldenStep[]
  /** Per image, after all steps. */
  readonly logitsAfter: readonly (readonly number[])[]
  readonly head: readonly (readonly number[])[]
}

/** A checkpoint that `make_vit.py` wrote, its images as normalised pixels `[n, h, w, 3]`, and what transformers answers. */
export async function goldenVit(name: 'vit-tiny' | 'vit-bare') {
  const dir = resolve(import.meta.dirname, name)
  const expected = JSON.parse(readFileSync(resolve(dir, 'expected.json'), 'utf8')) as GoldenVit
  const images = (await readSafetensors(resolve(dir, 'images.safetensors'))).tensors.get('images')
  if (images === undefined) throw new Error(`no images in ${dir}`)
  const pixels = Float32Array.from(images.data as Uint8Array, (level) => (Math.fround(level / 255) - 0.5) / 0.5)
  const [count, height, width] = images.shape as [number, number, number, number]
  const size = height * width * 3
  return {
    dir,
    expected,
    config: await readModelConfig(dir),
    weights: await readModelWeights(dir),
    count,
    /** Pixels of some images, one after the other. */
    pixelsOf(indices: readonly number[]): Float32Array {
      const chosen = new Float32Array(indices.length * size)
      for (const [i, index] of indices.entries())
        chosen.set(pixels.subarray(index * size, (index + 1) * size), i * size)
      return chosen
    },
    height,
    width,
  }
}
