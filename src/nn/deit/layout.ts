import type { Family } from '../layout.ts'
import { interpolation } from '../patch-transformer.ts'
import { blockRenames, nameOnDisk } from '../spelling.ts'
import {
  embeddingsInDrawOrder,
  type InitialLaw,
  initialTransformerHead,
  initialTransformerWeights,
} from '../transformer-initialise.ts'
import { layerLawOf } from '../vit/initialise.ts'
import { deitArchitecture, deitConfigOf } from './config.ts'
import { deitParameters } from './parameters.ts'
import { deitPreprocessor } from './preprocessor.ts'

/** `DeiTPreTrainedModel._init_weights` draws the position table and the class token as ViT's, then zeroes them. */
const lawOf = (name: string): InitialLaw =>
  layerLawOf(name) ?? {
    constructed: 'nothing',
    drawn: name.endsWith('distillation_token') ? [] : ['truncated'],
    constant: 0,
  }

const parameterName = nameOnDisk({
  backbone: 'deit.',
  head: /^(cls_|distillation_)?classifier\./,
  renames: blockRenames,
  unused: /^pooler\.|^embeddings\.mask_token$/,
})

/** Data-efficient image transformer, Touvron et al. 2020, arXiv 2012.12877. */
export const deitFamily: Family = {
  modelType: 'deit',
  layout(config, where) {
    const deit = deitConfigOf(config, where)
    const initialisation = { std: deit.initializerRange, lawOf, inDrawOrder: embeddingsInDrawOrder }
    const parameters = (labels: number) => deitParameters(deit, labels)
    return {
      image: deit.image,
      architecture: deitArchitecture(deit),
      preprocessor: deitPreprocessor(deit),
      parameters,
      buffers: [],
      resizing: (image) => interpolation(deit, image, 'with interpolate_pos_encoding=True'),
      parameterName,
      initialWeights: (labels, seed) => initialTransformerWeights(parameters(labels), initialisation, seed),
      initialHead: (labels, seed) => initialTransformerHead(parameters(labels), initialisation, seed),
    }
  },
}
