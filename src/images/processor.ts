import type { Backend, ImageProcessor } from '../artifacts/processed-images.ts'
import { KernelArena } from './image-kernel.ts'
import { resize } from './resize.ts'
import type { RgbImage } from './rgb-image.ts'

/** Height and width every image comes out with, or undefined when that depends on the image. */
export function outputSize(processor: ImageProcessor): { readonly height: number; readonly width: number } | undefined {
  if (processor.doCenterCrop) return processor.cropSize
  return processor.doResize && 'height' in processor.size ? processor.size : undefined
}

/**
 * Resize and centre crop as Hugging Face's processors of that backend (transformers `image_transforms.py`,
 * `image_processing_backends.py`: the shorter edge first, the longer truncated; a crop beyond the image is padded with
 * black). 8-bit RGB in and out.
 */
export function resizeAndCrop(image: RgbImage, processor: ImageProcessor): RgbImage {
  let result = image
  if (processor.doResize) {
    const { width, height } = resizedTo(image, processor.size)
    result = resize(image, width, height, processor.resample, processor.backend)
  }
  return processor.doCenterCrop ? centreCrop(result, processor.cropSize, processor.backend) : result
}

function resizedTo({ width, height }: RgbImage, size: ImageProcessor['size']) {
  if ('height' in size) return size
  const { shortestEdge: short } = size
  return width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short }
}

function centreCrop(
  image: RgbImage,
  size: { readonly height: number; readonly width: number },
  backend: Backend,
): RgbImage {
  const { width, height } = size
  if (image.width === width && image.height === height) return image
  const data = new Uint8Array(width * height * 3)
  const left = cropStart(image.width, width, backend)
  const top = cropStart(image.height, height, backend)
  const [x0, x1] = [Math.max(0, -left), Math.min(width, image.width - left)]
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    const from = ((y + top) * image.width + x0 + left) * 3
    data.set(image.data.subarray(from, from + (x1 - x0) * 3), (y * width + x0) * 3)
  }
  return { width, height, data }
}

/**
 * Where the crop begins on one axis; negative by the black in front of a smaller image: of an odd number of pixels the
 * larger half with Pillow, the smaller half with torchvision.
 */
function cropStart(from: number, to: number, backend: Backend): number {
  const start = (from - to) / 2
  return start < 0 && backend === 'torchvision' ? Math.ceil(start) : Math.floor(start)
}

/**
 * What each byte of each channel becomes, 3 × 256 float32, each operation rounded to float32. Pillow: rescaled in
 * float64 and rounded, then (x − mean) / std, as numpy does. torchvision, where both are asked for: mean and std are
 * divided by the factor instead.
 */
export function pixelTable(processor: ImageProcessor): Float32Array {
  const table = new Float32Array(3 * 256)
  const { fround } = Math
  const { backend, doRescale, doNormalize, rescaleFactor } = processor
  const fused = backend === 'torchvision' && doRescale && doNormalize
  const scale = backend === 'torchvision' ? fround(rescaleFactor) : rescaleFactor
  const stretched = (x: number) => (fused ? fround(fround(x) * fround(1 / rescaleFactor)) : fround(x))
  for (let c = 0; c < 3; c++) {
    const mean = stretched(processor.mean[c] ?? 0)
    const std = stretched(processor.std[c] ?? 1)
    for (let v = 0; v < 256; v++) {
      const x = doRescale && !fused ? fround(v * scale) : v
      table[c * 256 + v] = doNormalize ? fround(fround(x - mean) / std) : x
    }
  }
  return table
}

/** Writes an image's pixels as float32 `[height, width, 3]` at `out[offset…]`, mirrored left to right on request. */
export function writePixels(
  image: RgbImage,
  table: Float32Array,
  out: Float32Array,
  offset: number,
  mirrored: boolean,
): void {
  const { data, width, height } = image
  const arena = new KernelArena()
  const source = arena.reserve(data.length)
  const from = arena.reserve(table.byteLength)
  const target = arena.reserve(data.length * 4)
  arena.run((kernel, memory) => {
    memory.set(data, source)
    memory.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), from)
    kernel.pixels(source, width, height, target, from, mirrored ? 1 : 0)
    out.set(new Float32Array(memory.buffer, target, data.length), offset)
  })
}

/** An image's `pixel_values` in NHWC: float32 `[height, width, 3]`. */
export function process(image: RgbImage, processor: ImageProcessor): Float32Array {
  const fitted = resizeAndCrop(image, processor)
  const out = new Float32Array(fitted.data.length)
  writePixels(fitted, pixelTable(processor), out, 0, false)
  return out
}
