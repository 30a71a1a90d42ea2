import type { Parameter } from '../../registry/engine.ts'
import { parameterList } from '../parameter-list.ts'
import type { ConvNextConfig } from './config.ts'

/** Parameters of `ConvNextForImageClassification` under their names on disk, in the order of the modules. */
export function convNextParameters(config: ConvNextConfig, labels: number): readonly Parameter[] {
  const { hiddenSizes, depths, patch, channels } = config
  const list = parameterList((name) => name.startsWith('classifier.'))
  const first = hiddenSizes[0] as number
  const last = hiddenSizes.at(-1) as number
  list.at(0)
  list.patches('convnext.embeddings.patch_embeddings', first, channels, patch)
  list.norm('convnext.embeddings.layernorm', first)
  let layer = 0
  for (const [i, depth] of depths.entries()) {
    const stage = `convnext.encoder.stages.${i}`
    const d = hiddenSizes[i] as number
    list.at(layer + 1)
    if (i > 0) {
      const before = hiddenSizes[i - 1] as number
      list.norm(`${stage}.downsampling_layer.0`, before)
      list.patches(`${stage}.downsampling_layer.1`, d, before, { height: 2, width: 2 })
    }
    for (let j = 0; j < depth; j++) {
      list.at(++layer)
      const block = `${stage}.layers.${j}`
      if (config.layerScale > 0) list.add(`${block}.layer_scale_parameter`, [d])
      list.patches(`${block}.dwconv`, d, 1, { height: 7, width: 7 })
      list.norm(`${block}.layernorm`, d)
      list.linear(`${block}.pwconv1`, 4 * d, d)
      list.linear(`${block}.pwconv2`, d, 4 * d)
    }
  }
  list.at(layer + 1)
  list.norm('convnext.layernorm', last)
  list.linear('classifier', labels, last)
  return list.parameters
}
