import type { Dataset } from './dataset.ts'
import { jsonArtifact } from './json-artifact.ts'

/** PIL's filter numbers as Hugging Face writes them: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming. */
export type Resample = 0 | 1 | 2 | 3 | 4 | 5

/** Deterministic preprocessing, the fields of `preprocessor_config.json` after defaults. Sizes in pixels. */
export interface ImageProcessor {
  readonly doResize: boolean
  /** Exact height and width, or the shortest edge with the aspect ratio kept. */
  readonly size: { readonly height: number; readonly width: number } | { readonly shortestEdge: number }
  readonly resample: Resample
  readonly doCenterCrop: boolean
  readonly cropSize: { readonly height: number; readonly width: number }
  readonly doRescale: boolean
  readonly rescaleFactor: number
  readonly doNormalize: boolean
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Random changes to training images, drawn from the seed, the epoch and the image's index. */
export interface Augmentation {
  /** Probability of a left-right flip. */
  readonly horizontalFlip: number
}

/** A dataset and how its images become tensors; the pixels are made on the fly. */
export interface ProcessedImages {
  readonly dataset: Dataset
  readonly processor: ImageProcessor
  /** Applied to the part `train` while training, never when evaluating. */
  readonly augmentation: Augmentation
}

export const ProcessedImages = jsonArtifact<ProcessedImages>(
  'processed-images@1',
  'A dataset with the preprocessing that turns its images into tensors.',
)
