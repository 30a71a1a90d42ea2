import { type HuggingFaceConfig, labelsOf } from '../artifacts/model-config.ts'
import { unsupportedModelType } from '../errors/weights.ts'
import type { Classifier } from '../registry/engine.ts'
import { modelTypes } from './families.ts'
import { vitConfigOf } from './vit/config.ts'
import { vit } from './vit/vit.ts'

export interface ClassifierOptions {
  /** Names the file in errors. */
  readonly where?: string
}

/**
 * The image classifier that a Hugging Face `config.json` describes.
 * @throws XpError on an unsupported `model_type`, a field that is wrong, or a label table with gaps
 */
export function classifierOf(config: HuggingFaceConfig, { where = 'config.json' }: ClassifierOptions = {}): Classifier {
  if (config.model_type !== 'vit') throw unsupportedModelType(where, config.model_type, modelTypes)
  return vit(vitConfigOf(config, where), labelsOf(config, where))
}
