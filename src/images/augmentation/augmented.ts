import type { Augmentation, ImageProcessor } from '../../artifacts/processed-images.ts'
import { outputSize, resizeAndCrop } from '../processor.ts'
import type { RgbImage } from '../rgb-image.ts'
import { applyOperation } from './apply.ts'
import { type DrawKey, drawnCrop, drawnOperations } from './draw.ts'
import { resizedCrop } from './random-resized-crop.ts'

/** A decoded image as training sees it at one draw, 8-bit, before normalisation and erasing. */
export function augmented(decoded: RgbImage, processor: ImageProcessor, spec: Augmentation, key: DrawKey): RgbImage {
  return changed(cropOrFit(decoded, processor, spec, key), spec, key)
}

/** The drawn part of a decoded image, or the whole as the processor fits it, at the size of the model. */
export function cropOrFit(
  decoded: RgbImage,
  processor: ImageProcessor,
  spec: Augmentation | undefined,
  key: DrawKey,
): RgbImage {
  const box = spec && drawnCrop(spec, key, decoded)
  const size = outputSize(processor)
  return box === undefined || size === undefined
    ? resizeAndCrop(decoded, processor)
    : resizedCrop(decoded, box, size, processor)
}

/** A fitted image with its drawn changes. */
export const changed = (fitted: RgbImage, spec: Augmentation, key: DrawKey): RgbImage =>
  drawnOperations(spec, key, fitted).reduce(applyOperation, fitted)
