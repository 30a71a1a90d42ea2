import { type HuggingFaceConfig, labelsOf } from '../artifacts/model-config.ts'
import { unsupportedModelType } from '../errors/weights.ts'
import type { Classifier } from '../registry/engine.ts'
import { beitClassifier } from './beit/beit.ts'
import { bitClassifier } from './bit/bit.ts'
import { convNextClassifier } from './convnext/convnext.ts'
import { deitClassifier } from './deit/deit.ts'
import { dinov2Classifier } from './dinov2/dinov2.ts'
import { modelTypes } from './families.ts'
import type { ClassifierOf, ImageSize } from './layout.ts'
import { functionClassifierOf, layersClassifierOf } from './own/own-classifiers.ts'
import { functionModelType, layersModelType } from './own/own-config.ts'
import { resnetClassifier } from './resnet/resnet.ts'
import { swinClassifier } from './swin/swin.ts'
import { vitClassifier } from './vit/vit.ts'

/** By `model_type`; `families.ts` lists what can be told without tfjs. */
const classifiers: Readonly<Record<string, ClassifierOf>> = {
  beit: beitClassifier,
  bit: bitClassifier,
  convnext: convNextClassifier,
  deit: deitClassifier,
  dinov2: dinov2Classifier,
  resnet: resnetClassifier,
  swin: swinClassifier,
  vit: vitClassifier,
  [functionModelType]: functionClassifierOf,
  [layersModelType]: layersClassifierOf,
}

export interface ClassifierOptions {
  /** Names the file in errors. */
  readonly where?: string
  /** Size of the images, where it is not the config's. */
  readonly image?: ImageSize | undefined
}

/**
 * The image classifier that a `config.json` describes: Hugging Face's, or that of a model of one's own.
 * @throws XpError on an unsupported `model_type`, a field that is wrong, a label table with gaps, or an image size that
 * the model cannot take
 */
export function classifierOf(
  config: HuggingFaceConfig,
  { where = 'config.json', image }: ClassifierOptions = {},
): Classifier {
  const classifier = Object.hasOwn(classifiers, config.model_type) ? classifiers[config.model_type] : undefined
  if (classifier === undefined) throw unsupportedModelType(where, config.model_type, modelTypes)
  return classifier(config, labelsOf(config, where), where, image)
}
