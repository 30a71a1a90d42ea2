import type { Augmentation } from '../../artifacts/processed-images.ts'
import { CounterRng } from '../../std/counter-rng.ts'
import type { Box, Size } from './box.ts'
import { drawColorJitter } from './color-jitter.ts'
import { isMirrored } from './flip.ts'
import type { Operation } from './operation.ts'
import { drawRandAugment, drawTrivialAugment } from './policies.ts'
import { drawErased } from './random-erasing.ts'
import { drawCrop } from './random-resized-crop.ts'

/** Of what random changes are a function: no other draw, no order and no worker has a part in them. */
export interface DrawKey {
  readonly seed: number
  readonly epoch: number
  /** Of the example in its part. */
  readonly index: number
}

/** Sets the draws of each kind apart from others of the same seed. */
const streams = {
  randomResizedCrop: 0x63726f70,
  verticalFlip: 0x76657274,
  rotation: 0x726f7461,
  colorJitter: 0x6a697474,
  randAugment: 0x72616e64,
  trivialAugment: 0x74726976,
  randomErasing: 0x65726173,
}

const rngOf = (kind: keyof typeof streams, { seed, epoch, index }: DrawKey) =>
  new CounterRng(seed, streams[kind], epoch, index)

/** The part of a decoded image to train on; undefined where the whole is resized as the processor says. */
export const drawnCrop = (spec: Augmentation, key: DrawKey, decoded: Size): Box | undefined =>
  spec.randomResizedCrop && drawCrop(rngOf('randomResizedCrop', key), decoded, spec.randomResizedCrop)

/** Changes to an image after resizing, in the order of torchvision's training recipes. */
export function drawnOperations(spec: Augmentation, key: DrawKey, fitted: Size): readonly Operation[] {
  const { verticalFlip = 0, rotation = 0, colorJitter, randAugment, trivialAugment } = spec
  const operations: Operation[] = []
  if (isMirrored(spec, key.seed, key.epoch, key.index)) operations.push({ kind: 'horizontal-flip' })
  if (verticalFlip > 0 && rngOf('verticalFlip', key).uniform() < verticalFlip)
    operations.push({ kind: 'vertical-flip' })
  if (rotation > 0) operations.push({ kind: 'rotate', degrees: rngOf('rotation', key).uniform(-rotation, rotation) })
  if (colorJitter) operations.push(...drawColorJitter(rngOf('colorJitter', key), colorJitter))
  if (randAugment) operations.push(...drawRandAugment(rngOf('randAugment', key), fitted, randAugment))
  if (trivialAugment) operations.push(...drawTrivialAugment(rngOf('trivialAugment', key)))
  return operations
}

/** What is erased once pixels are normalised. */
export const drawnErasing = (spec: Augmentation, key: DrawKey, fitted: Size): Box | undefined =>
  spec.randomErasing ? drawErased(rngOf('randomErasing', key), fitted, spec.randomErasing) : undefined
