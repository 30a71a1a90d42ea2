import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { Family } from '../layout.ts'
import { initialStagedHead, initialStagedWeights } from '../staged-initialise.ts'
import { convNextParameterName } from './checkpoint.ts'
import { convNextConfigOf } from './config.ts'
import { convNextParameters } from './parameters.ts'

/** ConvNeXt, Liu et al. 2022, arXiv 2201.03545. */
export const convNextFamily: Family = {
  modelType: 'convnext',
  layout(config, where) {
    const convNext = convNextConfigOf(config, where)
    const initialisation = {
      std: convNext.initializerRange,
      constantOf: (name: string) => (name.endsWith('.layer_scale_parameter') ? convNext.layerScale : 1),
    }
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
      parameters: (labels) => convNextParameters(convNext, labels),
      buffers: [],
      parameterName: convNextParameterName,
      initialWeights: (labels, seed) =>
        initialStagedWeights(convNextParameters(convNext, labels), initialisation, seed),
      initialHead: (labels, seed) => initialStagedHead(convNextParameters(convNext, labels), initialisation, seed),
    }
  },
}
