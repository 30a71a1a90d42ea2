import type { ImageProcessor } from '../../artifacts/processed-images.ts'
import type { CounterRng } from '../../std/counter-rng.ts'
import { resize } from '../resize.ts'
import type { RgbImage } from '../rgb-image.ts'
import { type Box, type BoxShape, drawPlace, drawSides, type Size } from './box.ts'

const tries = 10

/**
 * The part of an image that torchvision's `RandomResizedCrop` would take: a drawn share of the area and ratio of the
 * sides, tried ten times; else the largest part in the middle whose ratio is allowed.
 */
export function drawCrop(rng: CounterRng, image: Size, shape: BoxShape): Box {
  for (let i = 0; i < tries; i++) {
    const sides = drawSides(rng, image, shape)
    const fits = sides.width <= image.width && sides.height <= image.height
    if (fits && sides.width > 0 && sides.height > 0) return drawPlace(rng, image, sides)
  }
  return middle(image, shape.ratio)
}

function middle({ width, height }: Size, [low = 0, high = 0]: readonly number[]): Box {
  const ratio = width / height
  const sides =
    ratio < low
      ? { width, height: Math.round(width / low) }
      : ratio > high
        ? { width: Math.round(height * high), height }
        : { width, height }
  return { ...sides, left: Math.floor((width - sides.width) / 2), top: Math.floor((height - sides.height) / 2) }
}

/** Cuts a part out and resizes it, as torchvision's `resized_crop` of a PIL image, or of a tensor by that backend. */
export function resizedCrop(
  image: RgbImage,
  box: Box,
  size: Size,
  { resample, backend }: Pick<ImageProcessor, 'resample' | 'backend'>,
): RgbImage {
  return resize(crop(image, box), size.width, size.height, resample, backend)
}

function crop({ width: from, data }: RgbImage, { left, top, width, height }: Box): RgbImage {
  const out = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const start = ((y + top) * from + left) * 3
    out.set(data.subarray(start, start + width * 3), y * width * 3)
  }
  return { width, height, data: out }
}
