import type { PreprocessorConfig } from '../../artifacts/model.ts'
import { initialConvHead, initialConvWeights } from '../conv-initialise.ts'
import type { Family } from '../layout.ts'
import { resnetConfigOf } from './config.ts'
import { initialResnetBuffers, resnetBuffers, resnetParameters } from './parameters.ts'

/** What the published ResNets are made for; their config does not say it. */
export const resnetImage = { height: 224, width: 224 }

/** transformers' `ConvNextImageProcessor`, which prepares ResNet's images, with the numbers of the published checkpoints. */
const preprocessor: PreprocessorConfig = {
  crop_pct: 0.875,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.485, 0.456, 0.406],
  image_processor_type: 'ConvNextImageProcessor',
  image_std: [0.229, 0.224, 0.225],
  resample: 3,
  rescale_factor: 1 / 255,
  size: { shortest_edge: 224 },
}

/**
 * A ResNet tensor's name on disk in `ResNetForImageClassification`; a bare `ResNetModel` lacks the prefix.
 * The spelling has not changed with transformers' versions.
 */
const parameterName = (spelled: string): string =>
  spelled.startsWith('classifier.') || spelled.startsWith('resnet.') ? spelled : `resnet.${spelled}`

/** Residual network, He et al. 2015, arXiv 1512.03385; transformers puts the stride of a bottleneck into its 3 × 3 (v1.5). */
export const resnetFamily: Family = {
  modelType: 'resnet',
  layout(config, where) {
    const resnet = resnetConfigOf(config, where)
    const parameters = (labels: number) => resnetParameters(resnet, labels)
    return {
      image: resnetImage,
      architecture: 'ResNetForImageClassification',
      preprocessor,
      parameters,
      buffers: resnetBuffers(resnet),
      parameterName,
      initialWeights: (labels, seed) =>
        new Map([...initialConvWeights(parameters(labels), seed), ...initialResnetBuffers(resnet)]),
      initialHead: (labels, seed) => initialConvHead(parameters(labels), seed),
    }
  },
}
