import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'
import { type PatchTransformerConfig, patchTransformerOf } from '../patch-transformer.ts'

/** A DINOv2's sizes (Oquab et al. 2023, arXiv 2304.07193) after Hugging Face's defaults. */
export interface Dinov2Config extends PatchTransformerConfig {
  /** Width of the MLP over hiddenSize. */
  readonly mlpRatio: number
  readonly qkvBias: boolean
  /** What the scales of the branches start at. */
  readonly layerScale: number
  /** Stochastic depth, the same in every block. */
  readonly dropPathRate: number
  /** A gated MLP (Shazeer 2020, arXiv 2002.05202) instead of one with an activation. */
  readonly swiglu: boolean
  readonly maskToken: boolean
}

/**
 * Reads a DINOv2's `config.json`; absent fields take the defaults of transformers' `Dinov2Config`.
 * @param where names the file in errors
 * @throws XpError on a field that is wrong
 */
export function dinov2ConfigOf(config: HuggingFaceConfig, where = 'config.json'): Dinov2Config {
  const read = configReader(config, where)
  return {
    ...patchTransformerOf(read, { patch: 14, layerNormEpsilon: 1e-6 }),
    mlpRatio: read.count('mlp_ratio', 4),
    qkvBias: read.flag('qkv_bias', true),
    layerScale: read.number('layerscale_value', 1),
    dropPathRate: read.rate('drop_path_rate', 0),
    swiglu: read.flag('use_swiglu_ffn', false),
    maskToken: read.flag('use_mask_token', true),
  }
}

/** Inner width of the gated MLP: two thirds of the plain one's, rounded up to a multiple of 8. */
export const swigluWidth = ({ hiddenSize, mlpRatio }: Dinov2Config): number =>
  8 * Math.floor((Math.trunc((hiddenSize * mlpRatio * 2) / 3) + 7) / 8)
