import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { badModelConfig } from '../../errors/weights.ts'

export const hiddenActivations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const
export type HiddenActivation = (typeof hiddenActivations)[number]

/** A ViT's sizes (Dosovitskiy et al. 2020, arXiv 2010.11929) after Hugging Face's defaults; pixels. */
export interface VitConfig {
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  readonly hiddenActivation: HiddenActivation
  readonly initializerRange: number
  readonly layerNormEpsilon: number
  readonly image: { readonly height: number; readonly width: number }
  readonly patch: { readonly height: number; readonly width: number }
  readonly channels: number
  readonly qkvBias: boolean
}

/** Patches of one image. */
export const patchCount = ({ image, patch }: VitConfig): number =>
  (image.height / patch.height) * (image.width / patch.width)

/**
 * Reads a ViT's `config.json`; absent fields take the defaults of transformers' `ViTConfig`.
 * @param where names the file in errors
 * @throws XpError on a field of the wrong type, on sizes that do not divide, on what is not supported
 */
export function vitConfigOf(config: HuggingFaceConfig, where = 'config.json'): VitConfig {
  const wrong = (field: string, wanted: string) => badModelConfig(where, field, config[field], wanted)
  const count = (field: string, fallback: number): number => {
    const value = config[field] ?? fallback
    if (!Number.isSafeInteger(value) || (value as number) < 1) throw wrong(field, 'a whole number from 1')
    return value as number
  }
  const positive = (field: string, fallback: number): number => {
    const value = config[field] ?? fallback
    if (typeof value !== 'number' || !(value > 0 && value < 1)) throw wrong(field, 'a number between 0 and 1')
    return value
  }
  const extent = (field: string, fallback: number) => {
    const value = config[field]
    if (!Array.isArray(value)) return { height: count(field, fallback), width: count(field, fallback) }
    if (value.length !== 2 || !value.every((v) => Number.isSafeInteger(v) && v > 0))
      throw wrong(field, 'a whole number from 1, or two of them (height, width)')
    return { height: value[0] as number, width: value[1] as number }
  }
  for (const field of ['hidden_dropout_prob', 'attention_probs_dropout_prob'])
    if ((config[field] ?? 0) !== 0) throw wrong(field, '0, since dropout is not supported yet')
  const activation = config.hidden_act ?? 'gelu'
  if (!hiddenActivations.some((a) => a === activation))
    throw wrong('hidden_act', `one of ${hiddenActivations.join(', ')}`)
  const qkvBias = config.qkv_bias ?? true
  if (typeof qkvBias !== 'boolean') throw wrong('qkv_bias', 'true or false')
  const parsed: VitConfig = {
    hiddenSize: count('hidden_size', 768),
    layers: count('num_hidden_layers', 12),
    heads: count('num_attention_heads', 12),
    intermediateSize: count('intermediate_size', 3072),
    hiddenActivation: activation as HiddenActivation,
    initializerRange: positive('initializer_range', 0.02),
    layerNormEpsilon: positive('layer_norm_eps', 1e-12),
    image: extent('image_size', 224),
    patch: extent('patch_size', 16),
    channels: count('num_channels', 3),
    qkvBias,
  }
  if (parsed.hiddenSize % parsed.heads !== 0)
    throw wrong('num_attention_heads', `a divisor of hidden_size, ${parsed.hiddenSize}`)
  if (parsed.image.height % parsed.patch.height !== 0 || parsed.image.width % parsed.patch.width !== 0)
    throw wrong('patch_size', `a divisor of image_size, ${JSON.stringify(config.image_size ?? 224)}`)
  if (parsed.channels !== 3) throw wrong('num_channels', '3')
  return parsed
}
