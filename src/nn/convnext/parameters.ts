import type { Parameter } from '../../registry/engine.ts'
import { decaysByName } from '../decay.ts'
import type { ConvNextConfig } from './config.ts'

/** The norm of a downsampling layer goes by its class, not by its name. */
const decays = (name: string) => decaysByName(name) && !/downsampling_layer\.0\./.test(name)

/** Parameters of `ConvNextForImageClassification` under their names on disk, in the order of the modules. */
export function convNextParameters(config: ConvNextConfig, labels: number): readonly Parameter[] {
  const { hiddenSizes, depths, patch, channels } = config
  const list: Parameter[] = []
  let layer = 0
  const add = (name: string, shape: readonly number[]) =>
    list.push({ name, shape, decay: decays(name), layer, head: name.startsWith('classifier.') })
  /** A layer of `shape[0]` outputs. */
  const addLayer = (name: string, shape: readonly [number, ...number[]]) => {
    add(`${name}.weight`, shape)
    add(`${name}.bias`, [shape[0]])
  }
  const [first] = hiddenSizes as readonly [number, ...number[]]
  const last = hiddenSizes.at(-1) as number
  addLayer('convnext.embeddings.patch_embeddings', [first, channels, patch.height, patch.width])
  addLayer('convnext.embeddings.layernorm', [first])
  let before = first
  for (const [i, depth] of depths.entries()) {
    const stage = `convnext.encoder.stages.${i}`
    const d = hiddenSizes[i] as number
    layer++
    if (i > 0) {
      addLayer(`${stage}.downsampling_layer.0`, [before])
      addLayer(`${stage}.downsampling_layer.1`, [d, before, 2, 2])
    }
    for (let j = 0; j < depth; j++) {
      if (j > 0) layer++
      const block = `${stage}.layers.${j}`
      if (config.layerScale > 0) add(`${block}.layer_scale_parameter`, [d])
      addLayer(`${block}.dwconv`, [d, 1, 7, 7])
      addLayer(`${block}.layernorm`, [d])
      addLayer(`${block}.pwconv1`, [4 * d, d])
      addLayer(`${block}.pwconv2`, [d, 4 * d])
    }
    before = d
  }
  layer++
  addLayer('convnext.layernorm', [last])
  addLayer('classifier', [labels, last])
  return list
}
