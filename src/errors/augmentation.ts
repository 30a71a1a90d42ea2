import { XpError } from './xp-error.ts'

export const twoAugmentPolicies = () =>
  new XpError({
    code: 'XP_TWO_AUGMENT_POLICIES',
    exit: 'config',
    message: 'augment asks for randAugment and trivialAugment; each is a whole policy of its own',
    hint: 'keep one of them',
  })

export const croppedMaterialized = () =>
  new XpError({
    code: 'XP_CROPPED_MATERIALIZED',
    exit: 'config',
    message: 'materialize keeps images as they are after resizing; augment.randomResizedCrop cuts from them before',
    hint: 'leave out "materialize", or "randomResizedCrop"; other random changes go with it',
  })

export const backwardRange = (param: string, low: number, high: number) =>
  new XpError({
    code: 'XP_BACKWARD_RANGE',
    exit: 'config',
    message: `${param} is [${low}, ${high}]: the lowest value comes first`,
    hint: `write [${high}, ${low}]`,
    details: { param, low, high },
  })

export const scaleBeyondImage = (scale: number) =>
  new XpError({
    code: 'XP_SCALE_BEYOND_IMAGE',
    exit: 'config',
    message: `augment.randomResizedCrop.scale goes up to ${scale}: a part of an image has at most its whole area, 1`,
    hint: 'write [0.08, 1] or narrower',
    details: { scale },
  })
