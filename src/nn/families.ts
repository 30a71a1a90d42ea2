import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import { unsupportedModelType } from '../errors/weights.ts'
import { beitFamily } from './beit/layout.ts'
import { bitFamily } from './bit/layout.ts'
import { convNextFamily } from './convnext/layout.ts'
import { deitFamily } from './deit/layout.ts'
import { dinov2Family } from './dinov2/layout.ts'
import type { Family, ModelLayout } from './layout.ts'
import { resnetFamily } from './resnet/layout.ts'
import { swinFamily } from './swin/layout.ts'
import { vitFamily } from './vit/layout.ts'

/** Every model that can be read; `classifier.ts` lists their functions. */
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

/**
 * @param where names the file in errors
 * @throws XpError on an unsupported `model_type` or a field that is wrong
 */
export function layoutOf(config: HuggingFaceConfig, where = 'config.json'): ModelLayout {
  const family = families.find(({ modelType }) => modelType === config.model_type)
  if (family === undefined) throw unsupportedModelType(where, config.model_type, modelTypes)
  return family.layout(config, where)
}
