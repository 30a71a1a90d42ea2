import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import { ownModelAsCheckpoint } from '../errors/models.ts'
import { unsupportedModelType } from '../errors/weights.ts'
import { beitFamily } from './beit/layout.ts'
import { bitFamily } from './bit/layout.ts'
import { convNextFamily } from './convnext/layout.ts'
import { deitFamily } from './deit/layout.ts'
import { dinov2Family } from './dinov2/layout.ts'
import type { Family, ImageSize, ModelLayout } from './layout.ts'
import { ownImage, ownModelTypes } from './own/own-config.ts'
import { resnetFamily } from './resnet/layout.ts'
import { swinFamily } from './swin/layout.ts'
import { vitFamily } from './vit/layout.ts'

/** Every model of Hugging Face that can be read; `classifier.ts` lists their functions. */
const families: readonly Family[] = [
  beitFamily,
  bitFamily,
  convNextFamily,
  deitFamily,
  dinov2Family,
  resnetFamily,
  swinFamily,
  vitFamily,
]

/** Values of `model_type` that can be read. */
export const modelTypes: readonly string[] = families.map(({ modelType }) => modelType)

const familyOf = (config: HuggingFaceConfig) => families.find(({ modelType }) => modelType === config.model_type)

/**
 * What a model does with images of another size than its own, where that is worth a warning.
 * @param where names the file in errors
 * @throws XpError when the model cannot take them
 */
export function resizingOf(config: HuggingFaceConfig, image: ImageSize, where: string): string | undefined {
  if (ownModelTypes.includes(config.model_type)) ownImage(config, where, image)
  return familyOf(config)?.layout(config, where).resizing?.(image)
}

/**
 * @param where names the file in errors
 * @throws XpError on an unsupported `model_type` or a field that is wrong
 */
export function layoutOf(config: HuggingFaceConfig, where = 'config.json'): ModelLayout {
  const family = familyOf(config)
  if (ownModelTypes.includes(config.model_type)) throw ownModelAsCheckpoint(where, config.model_type)
  if (family === undefined) throw unsupportedModelType(where, config.model_type, modelTypes)
  return family.layout(config, where)
}
