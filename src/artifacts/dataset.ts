import type { Digest } from '../std/hash.ts'
import { jsonArtifact } from './json-artifact.ts'

/** One labelled image: `file` is relative to the tree `source`, with `/`; `label` indexes `classes`. */
export interface Example {
  readonly file: string
  readonly sha256: Digest
  readonly label: number
}

/** Labelled images by reference, in named parts. An unsplit dataset has the one part `all`. */
export interface Dataset {
  /** Class names in label order. */
  readonly classes: readonly string[]
  /** Digest of the tree that holds the files; `ctx.locate(source)` is where it lies. */
  readonly source: Digest
  readonly parts: Readonly<Record<string, readonly Example[]>>
}

export const Dataset = jsonArtifact<Dataset>('dataset@1', 'Labelled images, by reference, in named parts.')
