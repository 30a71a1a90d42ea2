import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { Family } from '../layout.ts'
import { initialStagedHead, initialStagedWeights } from '../staged-initialise.ts'
import { swinParameterName } from './checkpoint.ts'
import { swinConfigOf } from './config.ts'
import { swinParameters } from './parameters.ts'

/** Swin Transformer, Liu et al. 2021, arXiv 2103.14030. */
export const swinFamily: Family = {
  modelType: 'swin',
  layout(config, where) {
    const swin = swinConfigOf(config, where)
    const initialisation = {
      std: swin.initializerRange,
      constantOf: (name: string) => (/norm/.test(name) ? 1 : 0),
    }
    return {
      image: swin.image,
      architecture: 'SwinForImageClassification',
      preprocessor: {
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: imagenetMean,
        image_processor_type: 'ViTImageProcessor',
        image_std: imagenetStd,
        resample: 3,
        rescale_factor: 1 / 255,
        size: { height: swin.image.height, width: swin.image.width },
      },
      parameters: (labels) => swinParameters(swin, labels),
      buffers: [],
      parameterName: swinParameterName,
      initialWeights: (labels, seed) => initialStagedWeights(swinParameters(swin, labels), initialisation, seed),
      initialHead: (labels, seed) => initialStagedHead(swinParameters(swin, labels), initialisation, seed),
    }
  },
}
