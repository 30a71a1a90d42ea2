import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'
import { type HiddenActivation, hiddenActivations } from '../hidden-activation.ts'
import type { ImageSize } from '../layout.ts'

/** A Swin's sizes (Liu et al. 2021, arXiv 2103.14030) after Hugging Face's defaults; pixels, rows and columns. */
export interface SwinConfig {
  /** Width of the first stage; each later one is twice as wide. */
  readonly embedDim: number
  /** Blocks of each stage. */
  readonly depths: readonly number[]
  /** Heads of each stage. */
  readonly heads: readonly number[]
  /** Rows and columns of a window. */
  readonly windowSize: number
  /** Width of the MLP over that of its stage. */
  readonly mlpRatio: number
  readonly qkvBias: boolean
  readonly dropoutRate: number
  readonly attentionDropoutRate: number
  /** Stochastic depth of the last block; it grows from 0 along the blocks. */
  readonly dropPathRate: number
  readonly hiddenActivation: HiddenActivation
  readonly absolutePositions: boolean
  readonly initializerRange: number
  readonly layerNormEpsilon: number
  readonly image: ImageSize
  readonly patch: ImageSize
  readonly channels: number
}

/** Width of a stage, counted from 0. */
export const stageWidth = ({ embedDim }: SwinConfig, stage: number): number => embedDim * 2 ** stage

/** Rows and columns of whole patches of an image. */
export const patchGrid = ({ patch }: SwinConfig, { height, width }: ImageSize): ImageSize => ({
  height: Math.floor(height / patch.height),
  width: Math.floor(width / patch.width),
})

/**
 * Reads a Swin's `config.json`; absent fields take the defaults of transformers' `SwinConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type or a number of heads that does not divide its stage
 */
export function swinConfigOf(config: HuggingFaceConfig, where = 'config.json'): SwinConfig {
  const read = configReader(config, where)
  const parsed: SwinConfig = {
    embedDim: read.count('embed_dim', 96),
    depths: read.counts('depths', [2, 2, 6, 2]),
    heads: read.counts('num_heads', [3, 6, 12, 24]),
    windowSize: read.count('window_size', 7),
    mlpRatio: read.number('mlp_ratio', 4),
    qkvBias: read.flag('qkv_bias', true),
    dropoutRate: read.rate('hidden_dropout_prob', 0),
    attentionDropoutRate: read.rate('attention_probs_dropout_prob', 0),
    dropPathRate: read.rate('drop_path_rate', 0.1),
    hiddenActivation: read.choice('hidden_act', hiddenActivations, 'gelu'),
    absolutePositions: read.flag('use_absolute_embeddings', false),
    initializerRange: read.fraction('initializer_range', 0.02),
    layerNormEpsilon: read.fraction('layer_norm_eps', 1e-5),
    image: read.extent('image_size', 224),
    patch: read.extent('patch_size', 4),
    channels: read.count('num_channels', 3),
  }
  const { depths, heads } = parsed
  if (heads.length !== depths.length)
    throw read.wrong('num_heads', `a list of ${depths.length}, one for each of depths`)
  if (heads.some((count, stage) => stageWidth(parsed, stage) % count !== 0))
    throw read.wrong(
      'num_heads',
      `divisors of the widths ${depths.map((_, stage) => stageWidth(parsed, stage)).join(', ')}`,
    )
  if (parsed.channels !== 3) throw read.wrong('num_channels', '3')
  return parsed
}
