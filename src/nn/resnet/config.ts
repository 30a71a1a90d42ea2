import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'

/** A ResNet's sizes (He et al. 2015, arXiv 1512.03385) after Hugging Face's defaults. */
export interface ResnetConfig {
  readonly channels: number
  /** Channels after the stem. */
  readonly embeddingSize: number
  /** Channels after each stage. */
  readonly hiddenSizes: readonly number[]
  /** Blocks of each stage. */
  readonly depths: readonly number[]
  readonly block: 'basic' | 'bottleneck'
  readonly downsampleInFirstStage: boolean
  /** The stride of a bottleneck is in its first convolution rather than its second. */
  readonly downsampleInBottleneck: boolean
}

/**
 * Reads a ResNet's `config.json`; absent fields take the defaults of transformers' `ResNetConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type, or on what is not supported
 */
export function resnetConfigOf(config: HuggingFaceConfig, where = 'config.json'): ResnetConfig {
  const read = configReader(config, where)
  read.choice('hidden_act', ['relu'], 'relu')
  const parsed: ResnetConfig = {
    channels: read.count('num_channels', 3),
    embeddingSize: read.count('embedding_size', 64),
    hiddenSizes: read.counts('hidden_sizes', [256, 512, 1024, 2048]),
    depths: read.counts('depths', [3, 4, 6, 3]),
    block: read.choice('layer_type', ['basic', 'bottleneck'], 'bottleneck'),
    downsampleInFirstStage: read.flag('downsample_in_first_stage', false),
    downsampleInBottleneck: read.flag('downsample_in_bottleneck', false),
  }
  if (parsed.channels !== 3) throw read.wrong('num_channels', '3')
  if (parsed.depths.length !== parsed.hiddenSizes.length)
    throw read.wrong('depths', `a list as long as hidden_sizes, ${parsed.hiddenSizes.length}`)
  if (parsed.block === 'bottleneck' && parsed.hiddenSizes.some((size) => size < 4))
    throw read.wrong('hidden_sizes', 'a list of whole numbers from 4, since a bottleneck has a quarter of them')
  return parsed
}
