import type { Resample } from '../artifacts/processed-images.ts'

const half = [0.5, 0.5, 0.5]
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] }

/** What a Hugging Face image processor class does where its preprocessor_config.json is silent. */
export interface ProcessorDefaults {
  readonly size: Readonly<Record<string, number>>
  /** A bare number as `size` means a square; otherwise the shortest edge. */
  readonly square: boolean
  readonly resample: Resample
  readonly centerCrop: boolean
  readonly crop: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

const vit: ProcessorDefaults = {
  size: { height: 224, width: 224 },
  square: true,
  resample: 2,
  centerCrop: false,
  crop: 224,
  mean: half,
  std: half,
}

/** By class name less `ImageProcessor`; transformers 5.24, `models/<name>/image_processing_pil_<name>.py`. */
export const processorDefaults: Readonly<Record<string, ProcessorDefaults>> = {
  ViT: vit,
  DeiT: { ...vit, size: { height: 256, width: 256 }, resample: 3, centerCrop: true },
  Beit: { ...vit, resample: 3 },
  Bit: { ...vit, size: { shortest_edge: 224 }, square: false, resample: 3, centerCrop: true, ...clip },
  ConvNext: { ...vit, size: { shortest_edge: 384 }, square: false, resample: 3 },
}

export const supportedProcessors: readonly string[] = Object.keys(processorDefaults).map((n) => `${n}ImageProcessor`)
