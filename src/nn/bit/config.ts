import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { configReader } from '../config-reader.ts'

/** Zeros around an image: `same` as TensorFlow, `symmetric` as PyTorch's usual half kernel, or none. */
export type Padding = 'same' | 'symmetric' | 'valid'

/** A BiT's sizes (Kolesnikov et al. 2019, arXiv 1912.11370) after Hugging Face's defaults. */
export interface BitConfig {
  readonly channels: number
  /** Channels after the stem. */
  readonly embeddingSize: number
  /** Channels after each stage. */
  readonly hiddenSizes: readonly number[]
  /** Blocks of each stage. */
  readonly depths: readonly number[]
  /** `preactivation` normalises before each convolution (v2), `bottleneck` after it. */
  readonly block: 'preactivation' | 'bottleneck'
  readonly padding: Padding
  /** The stem's pool is padded with zeros as TensorFlow does, whatever `padding` is. */
  readonly padsPool: boolean
  /** Of group normalisation. */
  readonly groups: number
  /** Of the last block; earlier ones have their share. */
  readonly dropPathRate: number
  /** Pixels of the image per position of the last stage, at most. */
  readonly outputStride: number
}

/**
 * Reads a BiT's `config.json`; absent fields take the defaults of transformers' `BitConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type, on sizes that do not divide, on what is not supported
 */
export function bitConfigOf(config: HuggingFaceConfig, where = 'config.json'): BitConfig {
  const read = configReader(config, where)
  read.choice('hidden_act', ['relu'], 'relu')
  const padding = String(config.global_padding ?? 'symmetric').toLowerCase()
  if (padding !== 'same' && padding !== 'valid' && padding !== 'symmetric')
    throw read.wrong('global_padding', '"same", "valid" or null')
  const parsed: BitConfig = {
    channels: read.count('num_channels', 3),
    embeddingSize: read.count('embedding_size', 64),
    hiddenSizes: read.counts('hidden_sizes', [256, 512, 1024, 2048]),
    depths: read.counts('depths', [3, 4, 6, 3]),
    block: read.choice('layer_type', ['preactivation', 'bottleneck'], 'preactivation'),
    padding,
    padsPool: read.flag('embedding_dynamic_padding', false),
    groups: read.count('num_groups', 32),
    dropPathRate: read.rate('drop_path_rate', 0),
    outputStride: read.count('output_stride', 32),
  }
  const { block, depths, embeddingSize, groups, hiddenSizes } = parsed
  if (parsed.channels !== 3) throw read.wrong('num_channels', '3')
  if (depths.length !== hiddenSizes.length)
    throw read.wrong('depths', `a list as long as hidden_sizes, ${hiddenSizes.length}`)
  // transformers rounds channels to multiples of 8, but not those of the last norm and the head.
  if (hiddenSizes.some((size) => size % 8 !== 0)) throw read.wrong('hidden_sizes', 'a list of multiples of 8')
  if (read.count('width_factor', 1) !== 1)
    throw read.wrong('width_factor', '1, since transformers widens neither the last norm nor the head')
  if (block === 'bottleneck' && parsed.outputStride < 2 ** (hiddenSizes.length + 1))
    throw read.wrong('output_stride', `${2 ** (hiddenSizes.length + 1)} or more, since blocks are not dilated`)
  const normalised = [...hiddenSizes.flatMap((size) => [size, narrowed(size)]), embeddingSize]
  if (normalised.some((size) => size % groups !== 0))
    throw read.wrong('num_groups', `a divisor of ${[...new Set(normalised)].join(', ')}`)
  return parsed
}

/** Channels inside a bottleneck: a quarter, to the nearest multiple of 8, at least 8, and not below 9/10 of the quarter. */
export function narrowed(outputs: number): number {
  const exact = outputs / 4
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8)
  return rounded < 0.9 * exact ? rounded + 8 : rounded
}
