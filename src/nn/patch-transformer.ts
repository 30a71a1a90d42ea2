import { patchesDoNotFit } from '../errors/processing.ts'
import type { ConfigReader } from './config-reader.ts'
import { type HiddenActivation, hiddenActivations } from './hidden-activation.ts'
import type { ImageSize } from './layout.ts'

/** Sizes that ViT, DeiT, DINOv2 and BEiT share; pixels. */
export interface PatchTransformerConfig {
  /** Numbers per token. */
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly hiddenActivation: HiddenActivation
  /** Of tokens, and of attention's probabilities; in training only. */
  readonly dropoutRate: number
  readonly attentionDropoutRate: number
  readonly initializerRange: number
  readonly layerNormEpsilon: number
  /** What the position table was made for. */
  readonly image: ImageSize
  readonly patch: ImageSize
  readonly channels: number
}

export interface PatchTransformerDefaults {
  readonly patch: number
  readonly layerNormEpsilon: number
}

/** @throws XpError on a field of the wrong type, on sizes that do not divide, on what is not supported */
export function patchTransformerOf(read: ConfigReader, defaults: PatchTransformerDefaults): PatchTransformerConfig {
  const parsed: PatchTransformerConfig = {
    hiddenSize: read.count('hidden_size', 768),
    layers: read.count('num_hidden_layers', 12),
    heads: read.count('num_attention_heads', 12),
    hiddenActivation: read.choice('hidden_act', hiddenActivations, 'gelu'),
    dropoutRate: read.rate('hidden_dropout_prob', 0),
    attentionDropoutRate: read.rate('attention_probs_dropout_prob', 0),
    initializerRange: read.fraction('initializer_range', 0.02),
    layerNormEpsilon: read.fraction('layer_norm_eps', defaults.layerNormEpsilon),
    image: read.extent('image_size', 224),
    patch: read.extent('patch_size', defaults.patch),
    channels: read.count('num_channels', 3),
  }
  const { hiddenSize, heads, image, patch } = parsed
  if (hiddenSize % heads !== 0) throw read.wrong('num_attention_heads', `a divisor of hidden_size, ${hiddenSize}`)
  if (!divides(patch, image))
    throw read.wrong('patch_size', `a divisor of image_size, ${image.height} × ${image.width}`)
  if (parsed.channels !== 3) throw read.wrong('num_channels', '3')
  return parsed
}

/**
 * Rows and columns of patches of an image.
 * @throws XpError when the patch does not divide the image
 */
export function patchGrid({ patch }: Pick<PatchTransformerConfig, 'patch'>, image: ImageSize): ImageSize {
  if (!divides(patch, image)) throw patchesDoNotFit(image, patch)
  return { height: image.height / patch.height, width: image.width / patch.width }
}

/**
 * What becomes of the learned positions for images of another size than the checkpoint's; undefined where they stay.
 * @param inPython when transformers does the same
 * @throws XpError when the patch does not divide the image
 */
export function interpolation(
  config: Pick<PatchTransformerConfig, 'patch' | 'image'>,
  image: ImageSize,
  inPython: string,
): string | undefined {
  const [from, to] = [config.image, image].map((size) => {
    const { height, width } = patchGrid(config, size)
    return `${height} × ${width}`
  })
  if (from === to) return undefined
  return `images of ${image.height} × ${image.width} pixels are ${to} patches, the checkpoint was made for ${from}: its positions are interpolated, as transformers does ${inPython}`
}

const divides = (patch: ImageSize, image: ImageSize) =>
  image.height % patch.height === 0 && image.width % patch.width === 0

export const patchCount = (config: Pick<PatchTransformerConfig, 'patch' | 'image'>): number => {
  const { height, width } = patchGrid(config, config.image)
  return height * width
}
