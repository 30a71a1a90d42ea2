import type { Augmentation } from '../artifacts/processed-images.ts'
import { uniformAt } from '../std/counter-rng.ts'

/** Sets the draws of this file apart from others of the same seed. */
const stream = 0x666c6970

/** Whether an image is mirrored: a function of seed, epoch and example index, so resuming draws the same. */
export function isMirrored(spec: Augmentation, seed: number, epoch: number, index: number): boolean {
  return spec.horizontalFlip > 0 && uniformAt(seed, stream, epoch, index) < spec.horizontalFlip
}
