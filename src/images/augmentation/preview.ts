import type { Augmentation, ImageProcessor } from '../../artifacts/processed-images.ts'
import { unreadableImage } from '../../errors/data.ts'
import { decodeFile, whyUndecodable } from '../decode.ts'
import { resizeAndCrop } from '../processor.ts'
import type { RgbImage } from '../rgb-image.ts'
import { loadSharp } from '../sharp-decode.ts'
import { augmented } from './augmented.ts'
import type { Box } from './box.ts'
import { type DrawKey, drawnErasing } from './draw.ts'

/** Whether training images are changed at all. */
export const isAugmented = ({ horizontalFlip, ...others }: Augmentation): boolean =>
  horizontalFlip > 0 || Object.keys(others).length > 0

export interface Preview {
  /** JPEGs of at most `pixels` a side: as evaluation sees the image, and as training does at each draw. */
  readonly plain: Buffer
  readonly drawn: readonly Buffer[]
}

/**
 * An image with and without its random changes, as the model gets it; equal bytes each time.
 * @throws XpError naming the path when it cannot be decoded
 */
export async function preview(
  path: string,
  { processor, augmentation }: { readonly processor: ImageProcessor; readonly augmentation: Augmentation },
  keys: readonly DrawKey[],
  pixels: number,
): Promise<Preview> {
  let decoded: RgbImage
  try {
    decoded = await decodeFile(path)
  } catch (error) {
    throw unreadableImage(path, whyUndecodable(error))
  }
  const drawn = keys.map((key) => {
    const image = augmented(decoded, processor, augmentation, key)
    const box = drawnErasing(augmentation, key, image)
    return box === undefined ? image : painted(image, box, colourOfZero(processor))
  })
  const [plain, ...others] = await Promise.all(
    [resizeAndCrop(decoded, processor), ...drawn].map((image) => jpeg(image, pixels)),
  )
  return { plain: plain as Buffer, drawn: others }
}

/** The bytes whose normalised value is nearest to 0. */
const colourOfZero = ({ doNormalize, doRescale, rescaleFactor, mean }: ImageProcessor): readonly number[] =>
  mean.map((m) => (doNormalize ? Math.min(255, Math.max(0, Math.round(doRescale ? m / rescaleFactor : m))) : 0))

function painted(image: RgbImage, box: Box, colour: readonly number[]): RgbImage {
  const data = Uint8Array.from(image.data)
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) data.set(colour, (y * image.width + x) * 3)
  }
  return { ...image, data }
}

async function jpeg({ data, width, height }: RgbImage, pixels: number): Promise<Buffer> {
  const library = await loadSharp()
  return library(data, { raw: { width, height, channels: 3 } })
    .resize({ width: pixels, height: pixels, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer()
}
