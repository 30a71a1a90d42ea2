import type { PreprocessorConfig } from '../../artifacts/model.ts'
import { initialConvHead, initialConvWeights } from '../conv-initialise.ts'
import type { Family } from '../layout.ts'
import { bitConfigOf } from './config.ts'
import { bitParameters } from './parameters.ts'

/** What transformers' processor crops to; the config does not say it. */
export const bitImage = { height: 224, width: 224 }

/** What transformers' `BitImageProcessor` does by default. */
const preprocessor: PreprocessorConfig = {
  crop_size: bitImage,
  do_center_crop: true,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_processor_type: 'BitImageProcessor',
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  rescale_factor: 1 / 255,
  size: { shortest_edge: 224 },
}

/** A BiT tensor's name on disk in `BitForImageClassification`; a bare `BitModel` lacks the prefix. */
const parameterName = (spelled: string): string =>
  spelled.startsWith('classifier.') || spelled.startsWith('bit.') ? spelled : `bit.${spelled}`

/** Big Transfer, Kolesnikov et al. 2019, arXiv 1912.11370: a ResNet v2 of standardised weights and group norms. */
export const bitFamily: Family = {
  modelType: 'bit',
  layout(config, where) {
    const bit = bitConfigOf(config, where)
    const parameters = (labels: number) => bitParameters(bit, labels)
    return {
      image: bitImage,
      architecture: 'BitForImageClassification',
      preprocessor,
      parameters,
      buffers: [],
      parameterName,
      initialWeights: (labels, seed) => initialConvWeights(parameters(labels), seed),
      initialHead: (labels, seed) => initialConvHead(parameters(labels), seed),
    }
  },
}
