import type { RgbImage } from './rgb-image.ts'
import { decodeWithSharp, loadSharp, rgbFromCmyk, sharpInput } from './sharp-decode.ts'
import { tiffTag } from './tiff-tag.ts'
import { UndecodableImage } from './undecodable.ts'

/** The tag that says what samples beyond the colours are; 1: alpha by which the colours are multiplied. */
const extraSamples = 338
const premultiplied = 1
/** The tag that says what the samples of a pixel mean. */
const photometric = 262
const cielab = 8

/**
 * The first page of a TIFF as Pillow converts it to RGB: strips or tiles, 1 to 16 bits, gray, palette, RGB or CMYK.
 * @throws UndecodableImage, or sharp's Error
 */
export async function decodeTiff(bytes: Uint8Array): Promise<RgbImage> {
  if (tiffTag(bytes, photometric) === cielab) throw new UndecodableImage('its colours are CIELAB; save it as RGB')
  const library = await loadSharp()
  const { space, depth, channels } = await library(bytes, sharpInput).metadata()
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new UndecodableImage(`its samples are numbers of type ${depth}; save it with 8 bits a sample`)
  if (depth === 'ushort' && channels === 4 && space !== 'cmyk' && tiffTag(bytes, extraSamples) === premultiplied)
    throw new UndecodableImage('it has 16 bits a sample and premultiplied alpha; save it with 8 bits a sample')
  if (space === 'cmyk' && depth === 'ushort') {
    const cmyk = library(bytes, sharpInput).autoOrient().pipelineColourspace('cmyk').toColourspace('cmyk')
    const { data, info } = await cmyk.raw({ depth }).toBuffer({ resolveWithObject: true })
    // Little-endian: the second byte of each sample is its high one.
    const high = Uint8Array.from({ length: data.length / 2 }, (_, i) => data[i * 2 + 1] as number)
    return { width: info.width, height: info.height, data: rgbFromCmyk(high) }
  }
  return decodeWithSharp(bytes, space === 'cmyk' ? 'cmyk' : 'rgb')
}
