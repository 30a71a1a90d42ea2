import type { Family } from '../layout.ts'
import { interpolation } from '../patch-transformer.ts'
import { vitParameterName } from './checkpoint.ts'
import { vitConfigOf } from './config.ts'
import { initialVitHead, initialVitWeights } from './initialise.ts'
import { vitParameters } from './parameters.ts'
import { vitPreprocessor } from './preprocessor.ts'

/** Vision Transformer, Dosovitskiy et al. 2020, arXiv 2010.11929. */
export const vitFamily: Family = {
  modelType: 'vit',
  layout(config, where) {
    const vit = vitConfigOf(config, where)
    return {
      image: vit.image,
      architecture: 'ViTForImageClassification',
      preprocessor: vitPreprocessor(vit),
      parameters: (labels) => vitParameters(vit, labels),
      buffers: [],
      resizing: (image) => interpolation(vit, image, 'with interpolate_pos_encoding=True'),
      parameterName: vitParameterName,
      initialWeights: (labels, seed) => initialVitWeights(vit, vitParameters(vit, labels), seed),
      initialHead: (labels, seed) => initialVitHead(vit, vitParameters(vit, labels), seed),
    }
  },
}
