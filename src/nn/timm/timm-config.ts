import type { PreprocessorConfig } from '../../artifacts/model.ts'
import { badModelConfig } from '../../errors/weights.ts'
import { imagenetMean, imagenetStd } from '../imagenet.ts'
import type { ImageSize } from '../layout.ts'

/** A `config.json` as timm's `save_for_hf` writes it, as far as it is read. */
export interface TimmConfig {
  /** timm's name of the model: `vit_base_patch16_224`. */
  readonly architecture: string
  /** Pixels. */
  readonly image: ImageSize
  /** `token`, `avg`, `map`; undefined where the architecture decides. */
  readonly globalPool: string | undefined
  /** Arguments beyond those that the name stands for. */
  readonly modelArguments: Readonly<Record<string, unknown>>
  readonly labels: readonly string[] | undefined
  readonly preprocessor: PreprocessorConfig
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a `config.json` is timm's: it names an architecture and no `model_type`. */
export const isTimmConfig = (config: Json): boolean =>
  typeof config.architecture === 'string' && config.model_type === undefined

const resampleNumbers: Readonly<Record<string, number>> = { bilinear: 2, bicubic: 3 }

/**
 * Source: timm `models/_hub.py` (save_for_hf), `data/transforms_factory.py` (transforms_imagenet_eval).
 * @param where names the file in errors
 * @throws XpError on a field that is wrong
 */
export function timmConfigOf(config: Json, where: string): TimmConfig {
  // Older files have the pretrained model's facts beside the others.
  const facts = isObject(config.pretrained_cfg) ? config.pretrained_cfg : config
  const read = <T>(field: string, fallback: T, fits: (value: unknown) => boolean, wanted: string): T => {
    const value = facts[field] ?? fallback
    if (!fits(value)) throw badModelConfig(where, field, value, wanted)
    return value as T
  }
  const isChannels = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)
  const [channels, height, width] = read<readonly [number, number, number]>(
    'input_size',
    [3, 224, 224],
    (value) => Array.isArray(value) && value.length === 3 && value.every((n) => Number.isSafeInteger(n) && n > 0),
    'a list of channels, height and width',
  )
  if (channels !== 3) throw badModelConfig(where, 'input_size', [channels, height, width], 'a list that starts with 3')
  const interpolation = read('interpolation', 'bicubic', (v) => `${v}` in resampleNumbers, '"bicubic" or "bilinear"')
  const cropPct = read('crop_pct', 0.875, (v) => typeof v === 'number' && v > 0 && v <= 1, 'a number from 0 to 1')
  read('crop_mode', 'center', (v) => v === 'center' || v === 'squash', '"center" or "squash"')
  const isSquashed = facts.crop_mode === 'squash' || height !== width
  const names = config.label_names ?? facts.label_names
  return {
    architecture: config.architecture as string,
    image: { height, width },
    globalPool: typeof config.global_pool === 'string' ? config.global_pool : undefined,
    modelArguments: isObject(config.model_args) ? config.model_args : {},
    labels: Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined,
    preprocessor: {
      do_center_crop: !isSquashed,
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      crop_size: { height, width },
      image_mean: read('mean', imagenetMean, isChannels, 'three numbers'),
      image_processor_type: 'BitImageProcessor',
      image_std: read('std', imagenetStd, isChannels, 'three numbers'),
      resample: resampleNumbers[interpolation],
      rescale_factor: 1 / 255,
      size: isSquashed ? { height, width } : { shortest_edge: Math.floor(height / cropPct) },
    },
  }
}
