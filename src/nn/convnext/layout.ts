import { encoderFirst } from '../encoder-first.ts'
import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { Family } from '../layout.ts'
import { type InitialLaw, initialTransformerHead, initialTransformerWeights } from '../transformer-initialise.ts'
import { layerLawOf } from '../vit/initialise.ts'
import { convNextParameterName } from './checkpoint.ts'
import { type ConvNextConfig, convNextConfigOf } from './config.ts'
import { convNextParameters } from './parameters.ts'

/** `ConvNextPreTrainedModel._init_weights`. A downsampling layer is a norm and a convolution, told apart by their place. */
const lawOf =
  ({ layerScale }: ConvNextConfig) =>
  (name: string): InitialLaw =>
    layerLawOf(name.replace('.downsampling_layer.0.', '.norm.')) ?? {
      constructed: 'nothing',
      drawn: [],
      constant: layerScale,
    }

/** ConvNeXt, Liu et al. 2022, arXiv 2201.03545. */
export const convNextFamily: Family = {
  modelType: 'convnext',
  layout(config, where) {
    const convNext = convNextConfigOf(config, where)
    const initialisation = { std: convNext.initializerRange, lawOf: lawOf(convNext), inDrawOrder: encoderFirst }
    const parameters = (labels: number) => convNextParameters(convNext, labels)
    return {
      image: convNext.image,
      architecture: 'ConvNextForImageClassification',
      preprocessor: {
        crop_pct: 0.875,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: imagenetMean,
        image_processor_type: 'ConvNextImageProcessor',
        image_std: imagenetStd,
        resample: 3,
        rescale_factor: 1 / 255,
        size: { shortest_edge: convNext.image.height },
      },
      parameters,
      buffers: [],
      parameterName: convNextParameterName,
      initialWeights: (labels, seed) => initialTransformerWeights(parameters(labels), initialisation, seed),
      initialHead: (labels, seed) => initialTransformerHead(parameters(labels), initialisation, seed),
    }
  },
}
