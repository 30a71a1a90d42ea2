import type { Parameter } from '../../registry/engine.ts'
import { parameterList } from '../parameter-list.ts'
import { patchGrid, type SwinConfig, stageWidth } from './config.ts'

/** Parameters of `SwinForImageClassification` under their names on disk, in the order of the modules. */
export function swinParameters(config: SwinConfig, labels: number): readonly Parameter[] {
  const { embedDim, depths, patch, channels } = config
  const list = parameterList((name) => name.startsWith('classifier.'))
  const grid = patchGrid(config, config.image)
  list.at(0)
  if (config.absolutePositions) list.add('swin.embeddings.position_embeddings', [1, grid.height * grid.width, embedDim])
  list.patches('swin.embeddings.patch_embeddings.projection', embedDim, channels, patch)
  list.norm('swin.embeddings.norm', embedDim)
  let layer = 0
  for (const [stage, depth] of depths.entries()) {
    const d = stageWidth(config, stage)
    for (let i = 0; i < depth; i++) {
      list.at(++layer)
      const block = `swin.encoder.layers.${stage}.blocks.${i}`
      for (const part of ['query', 'key', 'value']) list.linear(`${block}.attention.self.${part}`, d, d, config.qkvBias)
      list.linear(`${block}.attention.output.dense`, d, d)
      list.add(`${block}.attention.self.relative_position_bias_table`, [
        (2 * config.windowSize - 1) ** 2,
        config.heads[stage] as number,
      ])
      list.norm(`${block}.layernorm_before`, d)
      list.norm(`${block}.layernorm_after`, d)
      list.linear(`${block}.intermediate.dense`, Math.trunc(config.mlpRatio * d), d)
      list.linear(`${block}.output.dense`, d, Math.trunc(config.mlpRatio * d))
    }
    if (stage === depths.length - 1) continue
    list.linear(`swin.encoder.layers.${stage}.downsample.reduction`, 2 * d, 4 * d, false)
    list.norm(`swin.encoder.layers.${stage}.downsample.norm`, 4 * d)
  }
  list.at(layer + 1)
  const width = stageWidth(config, depths.length - 1)
  list.norm('swin.layernorm', width)
  list.linear('classifier', labels, width)
  return list.parameters
}
