import type { Buffer, Parameter, Weights } from '../registry/engine.ts'
import { writeModelFolder } from './model.ts'
import { type HuggingFaceConfig, labelFields } from './model-config.ts'

/** A model of one's own before training. */
export interface OwnModelFolder {
  /** `model_type`, and what the model is made of. */
  readonly fields: HuggingFaceConfig
  readonly classes: readonly string[]
  /** Pixels. */
  readonly image: { readonly height: number; readonly width: number }
  /** Per channel, of pixels in 0…1. */
  readonly imageMean: readonly number[]
  readonly imageStd: readonly number[]
  readonly classifier: { readonly parameters: readonly Parameter[]; readonly buffers: readonly Buffer[] }
  readonly weights: Weights
  /** `scratch`, or the saved model. */
  readonly initialisedFrom: string
}

/** Writes a model of one's own; its images are resized with Pillow's bilinear filter and normalised. */
export function writeOwnModelFolder(dir: string, model: OwnModelFolder): Promise<void> {
  const { fields, classes, image, imageMean, imageStd, classifier, weights, initialisedFrom } = model
  return writeModelFolder(dir, {
    config: {
      ...fields,
      image_size: [image.height, image.width],
      num_channels: 3,
      problem_type: 'single_label_classification',
      torch_dtype: 'float32',
      ...labelFields(classes),
    },
    parameters: classifier.parameters,
    buffers: classifier.buffers,
    weights,
    preprocessor: {
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      image_mean: imageMean,
      image_processor_type: 'ViTImageProcessor',
      image_std: imageStd,
      resample: 2,
      rescale_factor: 1 / 255,
      size: { height: image.height, width: image.width },
    },
    provenance: { trainedSteps: 0, trainedEpochs: 0, initialisedFrom },
  })
}
