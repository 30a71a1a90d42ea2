import type { PreprocessorConfig } from '../../artifacts/model.ts'
import type { VitConfig } from './config.ts'

/** What transformers' `ViTImageProcessor` does by default, at the model's image size. */
export const vitPreprocessor = ({ image }: VitConfig): PreprocessorConfig => ({
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_processor_type: 'ViTImageProcessor',
  image_std: [0.5, 0.5, 0.5],
  resample: 2,
  rescale_factor: 1 / 255,
  size: { height: image.height, width: image.width },
})
