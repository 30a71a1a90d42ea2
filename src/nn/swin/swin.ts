import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { activations } from '../layers/activation.ts'
import { dense } from '../layers/dense.ts'
import { named, norm } from '../layers/named.ts'
import { padEnd } from '../layers/pad-end.ts'
import { patchEmbedding } from '../layers/patch-embedding.ts'
import { mergePatches } from '../layers/patch-merging.ts'
import { resampled } from '../layers/resampled.ts'
import { shifted, unshifted, windowAttention, windowsOf } from '../layers/shifted-windows.ts'
import type { ClassifierOf, ImageSize } from '../layout.ts'
import { patchGrid, type SwinConfig, swinConfigOf } from './config.ts'
import { swinParameters } from './parameters.ts'

/** nn.LayerNorm's own, which transformers leaves where the config's epsilon does not reach. */
const defaultEpsilon = 1e-5

/** Swin Transformer with a linear head on the mean token, as transformers' `SwinForImageClassification`. */
export const swinClassifier: ClassifierOf = (json, labels, where, image) => {
  const config = swinConfigOf(json, where)
  const lastStage = config.depths.length - 1
  const blocks = config.depths.reduce((a, b) => a + b)
  const size = image ?? config.image
  const embed = embeddings(config, size)
  return {
    family: 'swin',
    image: { ...size, channels: config.channels },
    labels,
    parameters: swinParameters(config, labels.length),
    buffers: [],
    features(tensors, pixels, mode) {
      let x = embed(tensors, pixels, mode)
      let done = 0
      for (const [stage, depth] of config.depths.entries()) {
        const name = `swin.encoder.layers.${stage}`
        for (let i = 0; i < depth; i++) {
          const dropPathRate = (config.dropPathRate * done++) / Math.max(blocks - 1, 1)
          x = block(config, tensors, { name: `${name}.blocks.${i}`, stage, shifts: i % 2 === 1, dropPathRate }, x, mode)
        }
        if (stage < lastStage) x = downsample(tensors, `${name}.downsample`, x)
      }
      const [n, , , width] = x.shape
      const tokens = tf.reshape(norm(tensors, 'swin.layernorm', x, config.layerNormEpsilon), [n, -1, width])
      return tf.mean(tokens, 1) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier', features) as tf.Tensor2D,
  }
}

/** Projected patches; positions are interpolated for images of another size, as with `interpolate_pos_encoding`. */
function embeddings(config: SwinConfig, { height, width }: ImageSize) {
  const { patch, embedDim, dropoutRate } = config
  const grid = { height: Math.ceil(height / patch.height), width: Math.ceil(width / patch.width) }
  const place = resampled(patchGrid(config, config.image), grid, 'bicubic', {})
  return (tensors: Tensors, pixels: tf.Tensor4D, mode: TrainingMode | undefined): tf.Tensor4D => {
    const at = (part: string) => named(tensors, `swin.embeddings.${part}`)
    const filled = padEnd(pixels, grid.height * patch.height, grid.width * patch.width)
    const weight = at('patch_embeddings.projection.weight')
    const patches = patchEmbedding(filled, weight, at('patch_embeddings.projection.bias'))
    const normal = norm(tensors, 'swin.embeddings.norm', patches, defaultEpsilon)
    const placed = config.absolutePositions ? tf.add(normal, place(at('position_embeddings'))) : normal
    return tf.reshape(mode?.dropout(placed, dropoutRate) ?? placed, [-1, grid.height, grid.width, embedDim])
  }
}

interface Block {
  readonly name: string
  readonly stage: number
  readonly shifts: boolean
  readonly dropPathRate: number
}

/** One transformer block; x and the result are `[n, height, width, d]`. */
function block(
  config: SwinConfig,
  tensors: Tensors,
  { name, stage, shifts, dropPathRate }: Block,
  x: tf.Tensor4D,
  mode: TrainingMode | undefined,
): tf.Tensor4D {
  const { windowSize, dropoutRate, layerNormEpsilon } = config
  const grid = { height: x.shape[1], width: x.shape[2] }
  const windows = windowsOf(grid, windowSize, shifts ? Math.floor(windowSize / 2) : 0)
  const dropout = (y: tf.Tensor) => mode?.dropout(y, dropoutRate) ?? y
  const dropPath = (y: tf.Tensor) => mode?.dropPath(y, dropPathRate) ?? y

  const before = shifted(norm(tensors, `${name}.layernorm_before`, x, layerNormEpsilon) as tf.Tensor4D, windows)
  const project = (part: string) => dense(tensors, `${name}.attention.self.${part}`, before)
  const mixed = windowAttention([project('query'), project('key'), project('value')], {
    heads: config.heads[stage] as number,
    windows,
    table: named(tensors, `${name}.attention.self.relative_position_bias_table`),
    reach: windowSize,
    ...(mode && { dropout: (probabilities) => mode.dropout(probabilities, config.attentionDropoutRate) }),
  })
  const attention = dropout(dense(tensors, `${name}.attention.output.dense`, mixed)) as tf.Tensor4D
  const attended = tf.add(x, dropPath(unshifted(attention, windows, grid)))

  const after = norm(tensors, `${name}.layernorm_after`, attended, layerNormEpsilon)
  const inner = activations[config.hiddenActivation](dense(tensors, `${name}.intermediate.dense`, after))
  return tf.add(dropout(dense(tensors, `${name}.output.dense`, inner)), attended)
}

/** `[n, height, width, d]` → `[n, ⌈height / 2⌉, ⌈width / 2⌉, 2 · d]`. */
function downsample(tensors: Tensors, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const merged = mergePatches(x)
  return dense(tensors, `${name}.reduction`, norm(tensors, `${name}.norm`, merged, defaultEpsilon)) as tf.Tensor4D
}
