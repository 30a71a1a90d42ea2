import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { type ConfigReader, configReader } from '../config-reader.ts'
import { type PatchTransformerConfig, patchTransformerOf } from '../patch-transformer.ts'

/** A ViT's sizes (Dosovitskiy et al. 2020, arXiv 2010.11929) after Hugging Face's defaults, which DeiT shares. */
export interface VitConfig extends PatchTransformerConfig {
  readonly intermediateSize: number
  readonly qkvBias: boolean
}

/**
 * Reads a ViT's `config.json`; absent fields take the defaults of transformers' `ViTConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type, on sizes that do not divide, on what is not supported
 */
export const vitConfigOf = (config: HuggingFaceConfig, where = 'config.json'): VitConfig =>
  vitConfigFrom(configReader(config, where))

export const vitConfigFrom = (read: ConfigReader): VitConfig => ({
  ...patchTransformerOf(read, { patch: 16, layerNormEpsilon: 1e-12 }),
  intermediateSize: read.count('intermediate_size', 3072),
  qkvBias: read.flag('qkv_bias', true),
})
