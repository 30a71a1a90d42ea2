import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import type { ImageSize } from '../layout.ts'
import { type PatchTransformerConfig, patchGrid } from '../patch-transformer.ts'
import { named } from './named.ts'
import { patchEmbedding } from './patch-embedding.ts'
import { resampled } from './resampled.ts'
import { prepend } from './tokens.ts'

export interface Embeddings {
  /** Tokens before those of the patches, by name inside the embeddings. */
  readonly learned: readonly string[]
  /** Whether there is a table of learned positions. */
  readonly positions: boolean
}

/**
 * The embeddings of ViT, DeiT, DINOv2 and BEiT: learned tokens and projected patches, plus learned positions, which are
 * interpolated bicubically for images of another size than the config's, as with `interpolate_pos_encoding`.
 * @param name of the module, such as `vit.embeddings`
 * @returns a function from pixels to `[n, learned + patches, d]`
 * @throws XpError when the patch does not divide the image
 */
export function embeddings(
  config: PatchTransformerConfig,
  image: ImageSize,
  name: string,
  { learned, positions }: Embeddings,
): (tensors: Tensors, pixels: tf.Tensor4D, mode: TrainingMode | undefined) => tf.Tensor {
  const before = learned.length
  const place = resampled(patchGrid(config, config.image), patchGrid(config, image), 'bicubic', { before })
  const projection = `${name}.patch_embeddings.projection`
  return (tensors, pixels, mode) => {
    const at = (part: string) => named(tensors, part)
    const patches = patchEmbedding(pixels, at(`${projection}.weight`), at(`${projection}.bias`))
    const tokens = prepend(
      learned.map((token) => at(`${name}.${token}`)),
      patches,
    )
    const placed = positions ? tf.add(tokens, place(at(`${name}.position_embeddings`))) : tokens
    return mode?.dropout(placed, config.dropoutRate) ?? placed
  }
}
