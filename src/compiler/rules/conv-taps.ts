import { at } from '../shape.ts'
import type { Window } from './conv-geometry.ts'

/**
 * Every product of a convolution: offsets of the pixel, the weight and the result.
 * @param image `[n, height, width, in]`
 * @param weight `[out, in / groups, kernelHeight, kernelWidth]`
 * @param result `[n, rows, columns, out]`
 */
export function forEachTap(
  image: readonly number[],
  weight: readonly number[],
  result: readonly number[],
  groups: number,
  window: Window,
  visit: (pixel: number, weight: number, result: number) => void,
): void {
  const [, height, width, channels] = image as [number, number, number, number]
  const [outputs, perGroup, kernelHeight, kernelWidth] = weight as [number, number, number, number]
  const [n, rows, columns] = result as [number, number, number, number]
  forEachPixel([height, width], [kernelHeight, kernelWidth], [rows, columns], window, (pixel, tap, position) => {
    for (let image = 0; image < n; image++)
      for (let out = 0; out < outputs; out++)
        for (let i = 0; i < perGroup; i++) {
          const channel = Math.floor((out * groups) / outputs) * perGroup + i
          visit(
            (image * height * width + pixel) * channels + channel,
            (out * perGroup + i) * kernelHeight * kernelWidth + tap,
            (image * rows * columns + position) * outputs + out,
          )
        }
  })
}

/** Pixel, place in the window and window position, row by row, for all pixels inside the image. */
export function forEachPixel(
  image: readonly number[],
  kernel: readonly number[],
  positions: readonly number[],
  { strides, dilations, pads }: Window,
  visit: (pixel: number, tap: number, position: number) => void,
): void {
  const [height, width] = [at(image, 0), at(image, 1)]
  for (let row = 0; row < at(positions, 0); row++)
    for (let column = 0; column < at(positions, 1); column++)
      for (let i = 0; i < at(kernel, 0); i++)
        for (let j = 0; j < at(kernel, 1); j++) {
          const y = row * at(strides, 0) + i * at(dilations, 0) - at(pads, 0)
          const x = column * at(strides, 1) + j * at(dilations, 1) - at(pads, 1)
          if (y < 0 || x < 0 || y >= height || x >= width) continue
          visit(y * width + x, i * at(kernel, 1) + j, row * at(positions, 1) + column)
        }
}
