import type { RgbImage } from '../rgb-image.ts'
import { rotate, shear, translate } from './affine.ts'
import { brightness, contrast, saturation, sharpness } from './enhance.ts'
import { flipHorizontally, flipVertically } from './flip.ts'
import { shiftHue } from './hue.ts'
import type { Operation } from './operation.ts'
import { autoContrast, equalize, posterize, solarize } from './tone.ts'

/** The changed image, of the same size; the given one stays as it is. */
export function applyOperation(image: RgbImage, operation: Operation): RgbImage {
  switch (operation.kind) {
    case 'horizontal-flip':
      return flipHorizontally(image)
    case 'vertical-flip':
      return flipVertically(image)
    case 'rotate':
      return rotate(image, operation.degrees)
    case 'shear-x':
      return shear(image, operation.tangent, 0)
    case 'shear-y':
      return shear(image, 0, operation.tangent)
    case 'translate-x':
      return translate(image, operation.pixels, 0)
    case 'translate-y':
      return translate(image, 0, operation.pixels)
    case 'brightness':
      return brightness(image, operation.factor)
    case 'contrast':
      return contrast(image, operation.factor)
    case 'saturation':
      return saturation(image, operation.factor)
    case 'sharpness':
      return sharpness(image, operation.factor)
    case 'hue':
      return shiftHue(image, operation.shift)
    case 'posterize':
      return posterize(image, operation.bits)
    case 'solarize':
      return solarize(image, operation.threshold)
    case 'auto-contrast':
      return autoContrast(image)
    case 'equalize':
      return equalize(image)
  }
}
