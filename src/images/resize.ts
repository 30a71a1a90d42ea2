import type { Backend, Resample } from '../artifacts/processed-images.ts'
import { KernelArena } from './image-kernel.ts'
import { type AxisTaps, axisTaps, nearestPositions } from './resample-taps.ts'
import type { RgbImage } from './rgb-image.ts'

/**
 * Resizes to exactly `width` × `height` with the bytes of Pillow's `Image.resize` on an RGB image
 * (`src/libImaging/Resample.c`: 22-bit fixed point, one axis after the other, bytes in between; nearest as `Geometry.c`);
 * or for lanczos, bilinear and bicubic with those of torchvision's `resize(antialias=True)` on a uint8 tensor on a CPU with
 * AVX2 or NEON (torch `aten/src/ATen/native/cpu/UpSampleKernel.cpp`: 16-bit coefficients, rows first). An image that has
 * the size already is answered as it is.
 */
export function resize(
  image: RgbImage,
  width: number,
  height: number,
  resample: Resample,
  backend: Backend = 'pil',
): RgbImage {
  if (image.width === width && image.height === height) return image
  if (resample === 0) return nearest(image, width, height)
  const across = image.width === width ? undefined : axisTaps(image.width, width, resample, backend)
  const down = image.height === height ? undefined : axisTaps(image.height, height, resample, backend)
  if (across && down && backend === 'pil' && isVerticalFirst(image, width, height)) {
    const flat = { width: image.width, height, data: convolve(image, image.width, height, undefined, down) }
    return { width, height, data: convolve(flat, width, height, across, undefined) }
  }
  return { width, height, data: convolve(image, width, height, across, down) }
}

/** Pillow's order of passes (found by trying 13.0): columns first where the height loses over twice what the width does. */
const isVerticalFirst = (from: RgbImage, width: number, height: number) =>
  height < from.height && from.height - height > 2 * (from.width - width)

function nearest({ data, width: from, height: fromHeight }: RgbImage, width: number, height: number): RgbImage {
  const xs = nearestPositions(from, width)
  const ys = nearestPositions(fromHeight, height)
  const out = new Uint8Array(width * height * 3)
  let o = 0
  for (const y of ys) {
    for (const x of xs) {
      const i = (y * from + x) * 3
      out[o++] = data[i] as number
      out[o++] = data[i + 1] as number
      out[o++] = data[i + 2] as number
    }
  }
  return { width, height, data: out }
}

function convolve(
  image: RgbImage,
  width: number,
  height: number,
  across: AxisTaps | undefined,
  down: AxisTaps | undefined,
): Uint8Array {
  const arena = new KernelArena()
  const source = arena.reserve(image.data.length)
  const wide = across ? arena.reserve(width * image.height * 3) : source
  const target = down ? arena.reserve(width * height * 3) : wide
  const horizontal = across && reserveTaps(arena, across)
  const vertical = down && reserveTaps(arena, down)
  return arena.run(({ rows, columns }, memory) => {
    memory.set(image.data, source)
    if (horizontal) rows(source, image.width * 3, image.height, wide, width, ...horizontal(memory))
    if (vertical) columns(wide, width * 3, target, height, ...vertical(memory))
    return memory.slice(target, target + width * height * 3)
  })
}

/** Reserves room for an axis' tables; the answer writes them there and gives their addresses and stride in bytes. */
function reserveTaps(arena: KernelArena, axis: AxisTaps) {
  const first = arena.reserve(axis.first.byteLength)
  const count = arena.reserve(axis.count.byteLength)
  const taps = arena.reserve(axis.taps.byteLength)
  return (memory: Uint8Array): [number, number, number, number] => {
    memory.set(new Uint8Array(axis.first.buffer), first)
    memory.set(new Uint8Array(axis.count.buffer), count)
    memory.set(new Uint8Array(axis.taps.buffer), taps)
    return [first, count, taps, axis.width * 4]
  }
}
