import type { PreprocessorConfig } from '../../artifacts/model.ts'
import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { Dinov2Config } from './config.ts'

const usual = 224

/**
 * What the published checkpoints say: the shorter edge to 256, the middle 224. A model made for smaller images takes its
 * own size, one with another patch the next multiple below.
 */
export function dinov2Preprocessor({ image, patch }: Dinov2Config): PreprocessorConfig {
  const [height, width] = (['height', 'width'] as const).map((side) =>
    Math.max(patch[side], Math.floor(Math.min(usual, image[side]) / patch[side]) * patch[side]),
  ) as [number, number]
  return {
    crop_size: { height, width },
    do_center_crop: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: imagenetMean,
    image_processor_type: 'BitImageProcessor',
    image_std: imagenetStd,
    resample: 3,
    rescale_factor: 1 / 255,
    size: { shortest_edge: Math.round((Math.max(height, width) * 256) / usual) },
  }
}
