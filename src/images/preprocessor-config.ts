import type { Backend, ImageProcessor, Resample } from '../artifacts/processed-images.ts'
import { malformedPreprocessorConfig, noTorchvisionFilter, unsupportedImageProcessor } from '../errors/processing.ts'
import { outputSize } from './processor.ts'
import { processorDefaults, supportedProcessors } from './processor-defaults.ts'

type Json = Readonly<Record<string, unknown>>
type Fail = (what: string) => never

/**
 * Reads the content of a `preprocessor_config.json`: ViT, DeiT, BEiT, BiT and ConvNeXT image processors by their old
 * (`…FeatureExtractor`), slow and `…Fast` names. A file without a type is a ViT's.
 * @param where the file, for messages
 * @param backend whose arithmetic is followed, whatever the type's name says
 * @throws XpError naming the processor or the field that is not supported
 */
export function parsePreprocessorConfig(json: unknown, where: string, backend: Backend = 'pil'): ImageProcessor {
  const fail: Fail = (what) => {
    throw malformedPreprocessorConfig(where, what)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('it is not a JSON object')
  const config = json as Json
  const type = String(config.image_processor_type ?? config.feature_extractor_type ?? 'ViTImageProcessor')
  const family = type.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '')
  const defaults = processorDefaults[family]
  if (defaults === undefined) throw unsupportedImageProcessor(where, type, supportedProcessors)
  if (config.do_pad === true) return fail('do_pad is not supported')

  const flag = (name: string, fallback: boolean) => {
    const value = config[name] ?? fallback
    return typeof value === 'boolean' ? value : fail(`${name} must be true or false`)
  }
  const doCenterCrop = flag('do_center_crop', defaults.centerCrop)
  const crop = square(config.crop_size ?? defaults.crop, 'crop_size', fail)
  const processor: ImageProcessor = {
    backend,
    doResize: flag('do_resize', true),
    size: sizeOf(config.size ?? defaults.size, defaults.square, fail),
    resample: resampleOf(config.resample ?? defaults.resample, fail),
    doCenterCrop,
    cropSize: crop,
    doRescale: flag('do_rescale', true),
    rescaleFactor: numberOf(config.rescale_factor ?? 1 / 255, 'rescale_factor', fail),
    doNormalize: flag('do_normalize', true),
    mean: perChannel(config.image_mean ?? defaults.mean, 'image_mean', fail),
    std: perChannel(config.image_std ?? defaults.std, 'image_std', fail),
  }
  const { doResize, resample } = processor
  if (doResize && backend === 'torchvision' && !torchvisionFilters.includes(resample)) {
    throw noTorchvisionFilter(where, resamples[resample])
  }
  if (processor.doNormalize && processor.std.includes(0)) return fail('image_std must not be 0')
  const result = family === 'ConvNext' ? convNext(processor, config.crop_pct ?? 224 / 256, fail) : processor
  if (outputSize(result) === undefined) {
    return fail('images would come out in different sizes: set do_center_crop, or size to a height and a width')
  }
  return result
}

/** ConvNeXT: below 384 px resize to edge / crop_pct and crop the centre, from 384 px on resize to a square. */
function convNext(processor: ImageProcessor, cropPct: unknown, fail: Fail): ImageProcessor {
  if (!processor.doResize) return processor
  if (!('shortestEdge' in processor.size)) return fail('size must be given as {"shortest_edge": n}')
  const edge = processor.size.shortestEdge
  const square = { height: edge, width: edge }
  if (edge >= 384) return { ...processor, size: square }
  if (processor.doCenterCrop) return fail('do_center_crop beside crop_pct is not supported')
  const shortestEdge = Math.trunc(edge / numberOf(cropPct, 'crop_pct', fail))
  return { ...processor, size: { shortestEdge }, doCenterCrop: true, cropSize: square }
}

function sizeOf(value: unknown, bareIsSquare: boolean, fail: Fail): ImageProcessor['size'] {
  if (typeof value === 'object' && value !== null && 'shortest_edge' in value) {
    if ((value as Json).longest_edge != null) return fail('size.longest_edge is not supported')
    return { shortestEdge: pixels(value.shortest_edge, 'size.shortest_edge', fail) }
  }
  if (typeof value === 'number' && !bareIsSquare) return { shortestEdge: pixels(value, 'size', fail) }
  return square(value, 'size', fail)
}

function square(value: unknown, name: string, fail: Fail): { readonly height: number; readonly width: number } {
  if (typeof value === 'number') return { height: pixels(value, name, fail), width: pixels(value, name, fail) }
  const pair: Json = Array.isArray(value) ? { height: value[0], width: value[1] } : Object(value)
  return { height: pixels(pair.height, `${name}.height`, fail), width: pixels(pair.width, `${name}.width`, fail) }
}

function pixels(value: unknown, name: string, fail: Fail): number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 16384
    ? (value as number)
    : fail(`${name} must be a whole number of pixels from 1 to 16384`)
}

function numberOf(value: unknown, name: string, fail: Fail): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
    ? value
    : fail(`${name} must be a number above 0`)
}

function perChannel(value: unknown, name: string, fail: Fail): readonly number[] {
  const list = Array.isArray(value) ? value : [value, value, value]
  return list.length === 3 && list.every((v) => typeof v === 'number' && Number.isFinite(v))
    ? list
    : fail(`${name} must be three numbers, one per channel`)
}

/** By number. */
const resamples = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const
/** torch has no box and no hamming for tensors, and its nearest breaks ties by the size of the other side. */
const torchvisionFilters: readonly Resample[] = [1, 2, 3]

function resampleOf(value: unknown, fail: Fail): Resample {
  return [0, 1, 2, 3, 4, 5].includes(value as number)
    ? (value as Resample)
    : fail('resample must be 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box or 5 hamming')
}
