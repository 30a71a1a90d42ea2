import type { PreprocessorConfig } from '../../artifacts/model.ts'
import type { DeitConfig } from './config.ts'

/** What transformers' `DeiTImageProcessor` does by default, in proportion to the model's image size. */
export const deitPreprocessor = ({ image: { height, width } }: DeitConfig): PreprocessorConfig => ({
  crop_size: { height, width },
  do_center_crop: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_processor_type: 'DeiTImageProcessor',
  image_std: [0.5, 0.5, 0.5],
  resample: 3,
  rescale_factor: 1 / 255,
  size: { height: Math.round((height * 256) / 224), width: Math.round((width * 256) / 224) },
})
