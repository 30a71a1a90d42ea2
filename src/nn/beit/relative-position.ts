import type * as tf from '@tensorflow/tfjs'
import { relativePositionBias, relativePositionIndex } from '../layers/relative-position.ts'
import { resampled } from '../layers/resampled.ts'
import type { ImageSize } from '../layout.ts'
import { type PatchTransformerConfig, patchGrid } from '../patch-transformer.ts'

/** Entries after those of the offsets: class token to patch, patch to class token, class token to itself. */
const ofClassToken = 3

const offsetsOf = ({ height, width }: ImageSize): ImageSize => ({ height: 2 * height - 1, width: 2 * width - 1 })

/**
 * What a table of relative positions adds to attention's scores. For images of another size than the config's the offsets
 * are interpolated bilinearly, as in transformers' `BeitRelativePositionBias`; unlike there, a grid that is not square
 * keeps its rows and columns apart.
 * @returns a function from a table `[offsets + 3, heads]` to `[heads, tokens, tokens]`
 */
export function beitPositionBias(config: PatchTransformerConfig, image: ImageSize): (table: tf.Tensor) => tf.Tensor {
  const grid = patchGrid(config, image)
  const resize = resampled(offsetsOf(patchGrid(config, config.image)), offsetsOf(grid), 'bilinear', {
    after: ofClassToken,
  })
  const index = withClassToken(relativePositionIndex(grid), offsetsOf(grid))
  return (table) => relativePositionBias(resize(table), index)
}

/** The index of patches `[patches · patches]` for a class token and the patches: `[tokens · tokens]`. */
function withClassToken(patches: Int32Array, { height, width }: ImageSize): Int32Array {
  const count = Math.sqrt(patches.length)
  const tokens = count + 1
  const [toPatch, toClass, toItself] = [0, 1, 2].map((i) => height * width + i) as [number, number, number]
  const index = new Int32Array(tokens * tokens)
  index.fill(toPatch, 0, tokens)
  for (let i = 0; i < count; i++) {
    index[(i + 1) * tokens] = toClass
    index.set(patches.subarray(i * count, (i + 1) * count), (i + 1) * tokens + 1)
  }
  index[0] = toItself
  return index
}
