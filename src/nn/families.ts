import type { PreprocessorConfig } from '../artifacts/model.ts'
import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import { unsupportedModelType } from '../errors/weights.ts'
import type { Buffer, Parameter, Weights } from '../registry/engine.ts'
import { vitParameterName } from './vit/checkpoint.ts'
import { vitConfigOf } from './vit/config.ts'
import { initialVitHead, initialVitWeights } from './vit/initialise.ts'
import { vitParameters } from './vit/parameters.ts'
import { vitPreprocessor } from './vit/preprocessor.ts'

/** A model family's parameters, names and initial values, told from its `config.json`; no tfjs needed. */
export interface ModelLayout {
  readonly image: { readonly height: number; readonly width: number }
  /** The class that Hugging Face loads the saved folder with. */
  readonly architecture: string
  /** Preprocessing of a checkpoint that does not say its own. */
  readonly preprocessor: PreprocessorConfig
  parameters(labels: number): readonly Parameter[]
  readonly buffers: readonly Buffer[]
  /** A checkpoint tensor's name among `parameters`, or undefined when the classifier does not use it. */
  parameterName(spelled: string): string | undefined
  initialWeights(labels: number, seed: number): Weights
  initialHead(labels: number, seed: number): Weights
}

/** Values of `model_type` that can be read. */
export const modelTypes = ['vit'] as const

/**
 * @param where names the file in errors
 * @throws XpError on an unsupported `model_type` or a field that is wrong
 */
export function layoutOf(config: HuggingFaceConfig, where = 'config.json'): ModelLayout {
  if (config.model_type !== 'vit') throw unsupportedModelType(where, config.model_type, modelTypes)
  const vit = vitConfigOf(config, where)
  return {
    image: vit.image,
    architecture: 'ViTForImageClassification',
    preprocessor: vitPreprocessor(vit),
    parameters: (labels) => vitParameters(vit, labels),
    buffers: [],
    parameterName: vitParameterName,
    initialWeights: (labels, seed) => initialVitWeights(vit, vitParameters(vit, labels), seed),
    initialHead: (labels, seed) => initialVitHead(vit, vitParameters(vit, labels), seed),
  }
}
