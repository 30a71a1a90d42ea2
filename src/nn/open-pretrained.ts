import { basename, join } from 'node:path'
import { type CheckpointFolder, openCheckpoint } from '../artifacts/checkpoint-folder.ts'
import { asHuggingFace, modelFiles } from '../artifacts/model.ts'
import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import { layoutOf } from './families.ts'
import type { ModelLayout } from './layout.ts'
import { isTimmConfig } from './timm/timm-config.ts'

/** A checkpoint under Hugging Face's names, whosever it is. */
export interface Pretrained extends CheckpointFolder {
  readonly config: HuggingFaceConfig
  readonly layout: ModelLayout
}

/**
 * @param dir where its files lie
 * @param named what names it: where that is a `.safetensors` file, the tensors are read from the file of this name
 * @throws XpError when a file is missing or broken, or the model is not supported
 */
export async function openPretrained(dir: string, named: string): Promise<Pretrained> {
  const weights = /\.safetensors$/i.test(named) ? basename(named) : undefined
  const opened = await openCheckpoint(dir, weights)
  const where = join(dir, modelFiles.config)
  if (isTimmConfig(opened.config)) {
    const { fromTimm } = await import('./timm/timm.ts')
    const translated = fromTimm(opened.config, opened.tensors, where)
    const preprocessor = opened.preprocessor ?? translated.preprocessor
    return { ...opened, ...translated, preprocessor, layout: layoutOf(translated.config, where) }
  }
  const config = asHuggingFace(opened.config, where)
  return { ...opened, config, layout: layoutOf(config, where) }
}
