import type { Family } from '../layout.ts'
import { interpolation } from '../patch-transformer.ts'
import {
  embeddingsInDrawOrder,
  type InitialLaw,
  initialTransformerHead,
  initialTransformerWeights,
  zeros,
} from '../transformer-initialise.ts'
import { layerLawOf } from '../vit/initialise.ts'
import { beitParameterName } from './checkpoint.ts'
import { type BeitConfig, beitConfigOf, lastNorm } from './config.ts'
import { beitBuffers, beitParameters } from './parameters.ts'

/** `BeitPreTrainedModel._init_weights`: only weights of layers are drawn. */
const lawOf =
  ({ layerScale }: BeitConfig) =>
  (name: string): InitialLaw =>
    layerLawOf(name) ?? { constructed: 'nothing', drawn: [], constant: name.includes('lambda_') ? layerScale : 0 }

/** Checkpoints of masked image modelling lack the pooled norm, and may lack the mask token. */
const absentFrom = (config: BeitConfig) =>
  new Map([
    ...beitBuffers(config).map(({ name }): [string, number] => [name, 0]),
    [`${lastNorm(config)}.weight`, 1],
    [`${lastNorm(config)}.bias`, 0],
  ])

/** BEiT, Bao et al. 2021, arXiv 2106.08254. */
export const beitFamily: Family = {
  modelType: 'beit',
  layout(config, where) {
    const beit = beitConfigOf(config, where)
    const initialisation = { std: beit.initializerRange, lawOf: lawOf(beit), inDrawOrder: embeddingsInDrawOrder }
    const parameters = (labels: number) => beitParameters(beit, labels)
    const buffers = beitBuffers(beit)
    return {
      image: beit.image,
      architecture: 'BeitForImageClassification',
      preprocessor: {
        do_center_crop: false,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: [0.5, 0.5, 0.5],
        image_processor_type: 'BeitImageProcessor',
        image_std: [0.5, 0.5, 0.5],
        resample: 3,
        rescale_factor: 1 / 255,
        size: { height: beit.image.height, width: beit.image.width },
      },
      parameters,
      buffers,
      resizing: (image) => interpolation(beit, image, 'for BEiT'),
      absent: absentFrom(beit),
      parameterName: (spelled) => {
        const name = beitParameterName(spelled)
        return name === 'beit.embeddings.mask_token' && !beit.maskToken ? undefined : name
      },
      initialWeights: (labels, seed) =>
        new Map([...initialTransformerWeights(parameters(labels), initialisation, seed), ...zeros(buffers)]),
      initialHead: (labels, seed) => initialTransformerHead(parameters(labels), initialisation, seed),
    }
  },
}
