import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'
import { type HiddenActivation, hiddenActivations } from '../hidden-activation.ts'
import type { ImageSize } from '../layout.ts'

/** A ConvNeXt's sizes (Liu et al. 2022, arXiv 2201.03545) after Hugging Face's defaults; pixels. */
export interface ConvNextConfig {
  /** Channels of each stage. */
  readonly hiddenSizes: readonly number[]
  /** Blocks of each stage. */
  readonly depths: readonly number[]
  readonly patch: ImageSize
  readonly hiddenActivation: HiddenActivation
  readonly initializerRange: number
  /** Of the last norm; the others have an epsilon of their own. */
  readonly layerNormEpsilon: number
  /** First value of each channel's factor on a block's branch; 0 leaves the factors out. */
  readonly layerScale: number
  /** Stochastic depth of the last block; it grows from 0 along the blocks. */
  readonly dropPathRate: number
  readonly image: ImageSize
  readonly channels: number
}

/**
 * Reads a ConvNeXt's `config.json`; absent fields take the defaults of transformers' `ConvNextConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type or lists of different lengths
 */
export function convNextConfigOf(config: HuggingFaceConfig, where = 'config.json'): ConvNextConfig {
  const read = configReader(config, where)
  const parsed: ConvNextConfig = {
    hiddenSizes: read.counts('hidden_sizes', [96, 192, 384, 768]),
    depths: read.counts('depths', [3, 3, 9, 3]),
    patch: read.extent('patch_size', 4),
    hiddenActivation: read.choice('hidden_act', hiddenActivations, 'gelu'),
    initializerRange: read.fraction('initializer_range', 0.02),
    layerNormEpsilon: read.fraction('layer_norm_eps', 1e-12),
    layerScale: read.number('layer_scale_init_value', 1e-6),
    dropPathRate: read.rate('drop_path_rate', 0),
    image: read.extent('image_size', 224),
    channels: read.count('num_channels', 3),
  }
  const stages = read.count('num_stages', 4)
  for (const [field, list] of [
    ['hidden_sizes', parsed.hiddenSizes],
    ['depths', parsed.depths],
  ] as const)
    if (list.length !== stages) throw read.wrong(field, `a list of ${stages}, as num_stages says`)
  if (parsed.channels !== 3) throw read.wrong('num_channels', '3')
  return parsed
}
