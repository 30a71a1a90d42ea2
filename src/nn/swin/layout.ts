import { encoderFirst } from '../encoder-first.ts'
import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { Family } from '../layout.ts'
import { type InitialLaw, initialTransformerHead, initialTransformerWeights } from '../transformer-initialise.ts'
import { layerLawOf } from '../vit/initialise.ts'
import { swinParameterName } from './checkpoint.ts'
import { swinConfigOf } from './config.ts'
import { swinParameters } from './parameters.ts'
import { swinResizing } from './resizing.ts'

/** `SwinPreTrainedModel._init_weights`: tables of positions start at zero. */
const lawOf = (name: string): InitialLaw => layerLawOf(name) ?? { constructed: 'nothing', drawn: [], constant: 0 }

/** Swin Transformer, Liu et al. 2021, arXiv 2103.14030. */
export const swinFamily: Family = {
  modelType: 'swin',
  layout(config, where) {
    const swin = swinConfigOf(config, where)
    const initialisation = { std: swin.initializerRange, lawOf, inDrawOrder: encoderFirst }
    const parameters = (labels: number) => swinParameters(swin, labels)
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
      parameters,
      buffers: [],
      resizing: (image) => swinResizing(swin, image),
      parameterName: swinParameterName,
      initialWeights: (labels, seed) => initialTransformerWeights(parameters(labels), initialisation, seed),
      initialHead: (labels, seed) => initialTransformerHead(parameters(labels), initialisation, seed),
    }
  },
}
