import type { Digest } from '../std/hash.ts'
import type { Dataset } from './dataset.ts'

/** Every image of a dataset after resizing and cropping, before normalising, one row for each content. */
export interface MaterializedImages {
  /** Absolute path of an `.npy` file, uint8 `[rows, height, width, 3]`. */
  readonly file: string
}

/** The name of that file in the artifact. */
export const materializedFile = 'images.npy'

/** Which row holds an image, by the digest of its file: contents in the order in which the parts first name them. */
export function materializedRows({ parts }: Dataset): ReadonlyMap<Digest, number> {
  const contents = Object.values(parts).flatMap((examples) => examples.map(({ sha256 }) => sha256))
  return new Map([...new Set(contents)].map((content, row) => [content, row]))
}
