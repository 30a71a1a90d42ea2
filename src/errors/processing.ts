import { nearest } from './nearest.ts'
import { XpError } from './xp-error.ts'

export const missingPreprocessorConfig = (dir: string) =>
  new XpError({
    code: 'XP_MISSING_PREPROCESSOR_CONFIG',
    exit: 'data',
    message: `the model folder ${dir} has no preprocessor_config.json`,
    hint: 'download the whole checkpoint folder, with its preprocessor_config.json',
  })

export const malformedPreprocessorConfig = (where: string, what: string) =>
  new XpError({
    code: 'XP_MALFORMED_PREPROCESSOR_CONFIG',
    exit: 'data',
    message: `${where}: ${what}`,
    hint: 'see the image processor of this checkpoint on the Hugging Face hub',
  })

/** @param filter what the file asks for, by name */
export const noTorchvisionFilter = (where: string, filter: string) =>
  new XpError({
    code: 'XP_NO_TORCHVISION_FILTER',
    exit: 'config',
    message: `${where} resizes with ${filter}, which "backend: torchvision" does not do`,
    hint: 'say "backend: pil" under the transform stage\'s "with"; torchvision resizes with bilinear, bicubic and lanczos',
  })

export const unsupportedImageProcessor = (where: string, name: string, supported: readonly string[]) => {
  const near = nearest(name, supported)
  return new XpError({
    code: 'XP_UNSUPPORTED_IMAGE_PROCESSOR',
    exit: 'data',
    message: `${where}: the image processor "${name}" is not supported`,
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}supported: ${supported.join(', ')}`,
  })
}

interface Size {
  readonly height: number
  readonly width: number
}

const wholePatches = (pixels: number, patch: number) => Math.max(1, Math.round(pixels / patch)) * patch

export const patchesDoNotFit = (image: Size, patch: Size) =>
  new XpError({
    code: 'XP_PATCHES_DO_NOT_FIT',
    exit: 'data',
    message: `images of ${image.height} × ${image.width} pixels are no whole number of the model's ${patch.height} × ${patch.width} patches`,
    hint: `make size (or crop_size) in preprocessor_config.json a multiple of the patch: ${wholePatches(image.height, patch.height)} × ${wholePatches(image.width, patch.width)} is near`,
    details: { image, patch },
  })

export const variedImageSizes = () =>
  new XpError({
    code: 'XP_VARIED_IMAGE_SIZES',
    exit: 'data',
    message: 'this image processor gives images of different sizes, which cannot form a batch',
    hint: 'set do_center_crop, or size to a height and a width',
  })

/** @param found bytes of the file; undefined where it is not there */
export const damagedPixels = (path: string, needed: number, found: number | undefined) =>
  new XpError({
    code: 'XP_DAMAGED_PIXELS',
    exit: 'data',
    message: `the file of materialized images ${path} ${found === undefined ? 'is not there' : `has ${found} bytes, not ${needed}`}`,
    hint: 'run again: the transform stage makes it anew',
    details: { path, needed, found },
  })
