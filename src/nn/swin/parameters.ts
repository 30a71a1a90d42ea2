import type { Parameter } from '../../registry/engine.ts'
import { decaysByName } from '../decay.ts'
import { patchGrid, type SwinConfig, stageWidth } from './config.ts'

/** Parameters of `SwinForImageClassification` under their names on disk, in the order of the modules. */
export function swinParameters(config: SwinConfig, labels: number): readonly Parameter[] {
  const { embedDim, depths, patch, channels } = config
  const list: Parameter[] = []
  let layer = 0
  const add = (name: string, shape: readonly number[]) =>
    list.push({ name, shape, decay: decaysByName(name), layer, head: name.startsWith('classifier.') })
  const addLinear = (name: string, outputs: number, inputs: number, bias = true) => {
    add(`${name}.weight`, [outputs, inputs])
    if (bias) add(`${name}.bias`, [outputs])
  }
  const addNorm = (name: string, width: number) => {
    add(`${name}.weight`, [width])
    add(`${name}.bias`, [width])
  }
  const grid = patchGrid(config, config.image)
  if (config.absolutePositions) add('swin.embeddings.position_embeddings', [1, grid.height * grid.width, embedDim])
  add('swin.embeddings.patch_embeddings.projection.weight', [embedDim, channels, patch.height, patch.width])
  add('swin.embeddings.patch_embeddings.projection.bias', [embedDim])
  addNorm('swin.embeddings.norm', embedDim)
  for (const [stage, depth] of depths.entries()) {
    const d = stageWidth(config, stage)
    for (let i = 0; i < depth; i++) {
      layer++
      const block = `swin.encoder.layers.${stage}.blocks.${i}`
      for (const part of ['query', 'key', 'value']) addLinear(`${block}.attention.self.${part}`, d, d, config.qkvBias)
      addLinear(`${block}.attention.output.dense`, d, d)
      add(`${block}.attention.self.relative_position_bias_table`, [
        (2 * config.windowSize - 1) ** 2,
        config.heads[stage] as number,
      ])
      addNorm(`${block}.layernorm_before`, d)
      addNorm(`${block}.layernorm_after`, d)
      addLinear(`${block}.intermediate.dense`, Math.trunc(config.mlpRatio * d), d)
      addLinear(`${block}.output.dense`, d, Math.trunc(config.mlpRatio * d))
    }
    if (stage === depths.length - 1) continue
    addLinear(`swin.encoder.layers.${stage}.downsample.reduction`, 2 * d, 4 * d, false)
    addNorm(`swin.encoder.layers.${stage}.downsample.norm`, 4 * d)
  }
  layer++
  const width = stageWidth(config, depths.length - 1)
  addNorm('swin.layernorm', width)
  addLinear('classifier', labels, width)
  return list
}
