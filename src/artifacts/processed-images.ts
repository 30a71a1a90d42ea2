import { access, copyFile, link } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'
import type { Dataset } from './dataset.ts'
import { jsonArtifact } from './json-artifact.ts'
import { type MaterializedImages, materializedFile } from './materialized-images.ts'

/** PIL's filter numbers as Hugging Face writes them: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming. */
export type Resample = 0 | 1 | 2 | 3 | 4 | 5

/** Whose arithmetic pixels follow, as transformers names it: its processors on Pillow, or those on torchvision ("fast"). */
export type Backend = 'pil' | 'torchvision'

/** Deterministic preprocessing, the fields of `preprocessor_config.json` after defaults. Sizes in pixels. */
export interface ImageProcessor {
  readonly backend: Backend
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

/**
 * Random changes to training images, drawn from the seed, the epoch and the image's index, in this order. What is absent
 * is off.
 */
export interface Augmentation {
  /** Cut a random part out before resizing: lowest and highest share of the area, and width over height. */
  readonly randomResizedCrop?: { readonly scale: readonly number[]; readonly ratio: readonly number[] }
  /** Probability of a left-right flip. */
  readonly horizontalFlip: number
  /** Probability of an upside-down flip. */
  readonly verticalFlip?: number
  /** Largest angle in degrees, to either side. */
  readonly rotation?: number
  /** How far factors go from 1, and the hue from 0 (0.5: all the way round). */
  readonly colorJitter?: {
    readonly brightness: number
    readonly contrast: number
    readonly saturation: number
    readonly hue: number
  }
  readonly randAugment?: { readonly ops: number; readonly magnitude: number }
  readonly trivialAugment?: true
  /** Probability that a rectangle becomes 0 after normalisation. */
  readonly randomErasing?: number
}

/** A dataset and how its images become tensors. */
export interface ProcessedImages {
  readonly dataset: Dataset
  readonly processor: ImageProcessor
  /** Applied to the part `train` while training, never when evaluating. */
  readonly augmentation: Augmentation
  /** Absent where pixels are made on the fly. */
  readonly materialized?: MaterializedImages
}

const described = jsonArtifact<Omit<ProcessedImages, 'materialized'>>(
  'processed-images@1',
  'A dataset with the preprocessing that turns its images into tensors.',
)

export const ProcessedImages: ArtifactType<ProcessedImages> = {
  ...described,
  async write(dir, { materialized, ...value }) {
    await described.write(dir, value)
    if (materialized === undefined) return
    const target = join(dir, materializedFile)
    // It may be larger than what else the disk has room for.
    await link(materialized.file, target).catch(() => copyFile(materialized.file, target))
  },
  async read(dir) {
    const value = await described.read(dir)
    const file = join(dir, materializedFile)
    const there = await access(file).then(
      () => true,
      () => false,
    )
    return there ? { ...value, materialized: { file } } : value
  },
}
