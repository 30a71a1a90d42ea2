import type { ImageSize } from '../layout.ts'
import { interpolation } from '../patch-transformer.ts'
import type { SwinConfig } from './config.ts'

/**
 * What a Swin does with images of another size than its own, where that is worth a warning.
 * @throws XpError when there are absolute positions and the patch does not divide the image
 */
export function swinResizing(config: SwinConfig, image: ImageSize): string | undefined {
  const positions = config.absolutePositions
    ? interpolation(config, image, 'with interpolate_pos_encoding=True')
    : undefined
  return [positions, shrunkenWindow(config, image)].filter((text) => text !== undefined).join('; ') || undefined
}

function shrunkenWindow({ patch, depths, windowSize }: SwinConfig, image: ImageSize): string | undefined {
  for (const stage of depths.keys()) {
    const [rows, columns] = [image.height / patch.height, image.width / patch.width].map((patches) =>
      Math.ceil(Math.ceil(patches) / 2 ** stage),
    ) as [number, number]
    if (Math.min(rows, columns) < windowSize)
      return `images of ${image.height} × ${image.width} pixels leave stage ${stage + 1} a grid of ${rows} × ${columns}, less than a window of ${windowSize} × ${windowSize}: windows shrink to the grid, where transformers fails`
  }
  return undefined
}
