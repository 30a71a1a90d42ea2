import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'
import type { Digest } from '../std/hash.ts'
import { readSafetensors, writeSafetensors } from '../std/safetensors.ts'

/** What a model makes of each image before its head; one row per example. */
export interface FeatureRows {
  /** Paths in the dataset's source, in the part's order. */
  readonly files: readonly string[]
  /** Indices of the classes. */
  readonly labels: readonly number[]
  /** `[n, dimension]`, row-major. */
  readonly values: Float32Array
}

/** Features of the parts of a dataset, `dimension` numbers each. */
export interface Features {
  /** Of the weights that made them; other weights make other features. */
  readonly backbone: Digest
  readonly classes: readonly string[]
  readonly dimension: number
  readonly parts: Readonly<Record<string, FeatureRows>>
}

const listFile = 'features.json'

interface FeaturesList extends Omit<Features, 'parts'> {
  /** In the order of the files `<index>.safetensors`. */
  readonly parts: readonly (Pick<FeatureRows, 'files' | 'labels'> & { readonly name: string })[]
}

export const Features: ArtifactType<Features> = {
  name: 'features@1',
  summary: 'What a model makes of each image before its head.',
  async write(dir, { parts, ...facts }) {
    const entries = Object.entries(parts)
    for (const [i, [, { files, values }]] of entries.entries()) {
      const tensor = { shape: [files.length, facts.dimension], data: values }
      await writeSafetensors(join(dir, `${i}.safetensors`), new Map([['features', tensor]]), {})
    }
    const list: FeaturesList = {
      ...facts,
      parts: entries.map(([name, { files, labels }]) => ({ name, files, labels })),
    }
    await writeFile(join(dir, listFile), `${JSON.stringify(list)}\n`)
  },
  async read(dir) {
    const { parts, ...facts } = JSON.parse(await readFile(join(dir, listFile), 'utf8')) as FeaturesList
    const read = parts.map(async ({ name, ...rows }, i) => {
      const { tensors } = await readSafetensors(join(dir, `${i}.safetensors`))
      return [name, { ...rows, values: tensors.get('features')?.data as Float32Array }] as const
    })
    return { ...facts, parts: Object.fromEntries(await Promise.all(read)) }
  },
}
