import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'
import { type PatchTransformerConfig, patchTransformerOf } from '../patch-transformer.ts'

/** A BEiT's sizes (Bao et al. 2021, arXiv 2106.08254) after Hugging Face's defaults. */
export interface BeitConfig extends PatchTransformerConfig {
  readonly intermediateSize: number
  readonly maskToken: boolean
  /** Learned positions added to the tokens, as in ViT. */
  readonly absolutePositions: boolean
  /** A table of what each block adds to its scores by the offset between two patches; `shared` by all blocks. */
  readonly relativePositions: boolean
  readonly sharedRelativePositions: boolean
  /** What the scales of the branches start at; 0 leaves them out. */
  readonly layerScale: number
  /** Stochastic depth of the last block; it grows from 0 along the blocks. */
  readonly dropPathRate: number
  /** The head reads the mean of the patches instead of the class token. */
  readonly meanPooling: boolean
}

/**
 * Reads a BEiT's `config.json`; absent fields take the defaults of transformers' `BeitConfig`.
 * @param where names the file in errors
 * @throws XpError on a field that is wrong
 */
export function beitConfigOf(config: HuggingFaceConfig, where = 'config.json'): BeitConfig {
  const read = configReader(config, where)
  return {
    ...patchTransformerOf(read, { patch: 16, layerNormEpsilon: 1e-12 }),
    intermediateSize: read.count('intermediate_size', 3072),
    maskToken: read.flag('use_mask_token', false),
    absolutePositions: read.flag('use_absolute_position_embeddings', false),
    relativePositions: read.flag('use_relative_position_bias', false),
    sharedRelativePositions: read.flag('use_shared_relative_position_bias', false),
    layerScale: read.number('layer_scale_init_value', 0.1),
    dropPathRate: read.rate('drop_path_rate', 0.1),
    meanPooling: read.flag('use_mean_pooling', true),
  }
}

const table = 'relative_position_bias.relative_position_bias_table'
/** Name of the relative positions of all blocks. */
export const sharedTable = `beit.encoder.${table}`
/** Name of a block's relative positions. */
export const tableOf = (block: string): string => `${block}.attention.attention.${table}`
/** Name of the last normalisation: of the mean patch, or of every token. */
export const lastNorm = ({ meanPooling }: BeitConfig): string =>
  meanPooling ? 'beit.pooler.layernorm' : 'beit.layernorm'
