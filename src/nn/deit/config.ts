import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { type VitConfig, vitConfigOf } from '../vit/config.ts'

/** A DeiT's sizes (Touvron et al. 2020, arXiv 2012.12877): those of a ViT, and which heads it has. */
export interface DeitConfig extends VitConfig {
  /** A second head on the distillation token: `DeiTForImageClassificationWithTeacher`. */
  readonly withTeacher: boolean
}

const teacher = 'DeiTForImageClassificationWithTeacher'

/**
 * Reads a DeiT's `config.json`; absent fields take the defaults of transformers' `DeiTConfig`, which are ViT's. As in
 * `AutoModelForImageClassification`, `architectures` tells the heads.
 * @param where names the file in errors
 * @throws XpError on a field that is wrong
 */
export const deitConfigOf = (config: HuggingFaceConfig, where = 'config.json'): DeitConfig => ({
  ...vitConfigOf(config, where),
  withTeacher: Array.isArray(config.architectures) && config.architectures[0] === teacher,
})

export const deitArchitecture = ({ withTeacher }: DeitConfig): string =>
  withTeacher ? teacher : 'DeiTForImageClassification'

/** Names of the linear heads, in the order of the modules. */
export const deitHeads = ({ withTeacher }: DeitConfig): readonly string[] =>
  withTeacher ? ['cls_classifier', 'distillation_classifier'] : ['classifier']
