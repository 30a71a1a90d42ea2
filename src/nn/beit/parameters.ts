import type { Buffer, Parameter } from '../../registry/engine.ts'
import { parameterList } from '../parameter-list.ts'
import { patchCount, patchGrid } from '../patch-transformer.ts'
import { type BeitConfig, lastNorm, sharedTable, tableOf } from './config.ts'

/** Parameters of `BeitForImageClassification` under their names on disk, in the order of the modules. */
export function beitParameters(config: BeitConfig, labels: number): readonly Parameter[] {
  const { hiddenSize: d, intermediateSize, layers, heads, patch, channels, layerScale } = config
  const { height, width } = patchGrid(config, config.image)
  const offsets = (2 * height - 1) * (2 * width - 1)
  const list = parameterList((name) => name.startsWith('classifier.'))
  list.add('beit.embeddings.cls_token', [1, 1, d])
  if (config.absolutePositions) list.add('beit.embeddings.position_embeddings', [1, 1 + patchCount(config), d])
  list.patches('beit.embeddings.patch_embeddings.projection', d, channels, patch)
  if (config.sharedRelativePositions) list.add(sharedTable, [offsets + 3, heads])
  for (let i = 0; i < layers; i++) {
    list.at(i + 1)
    const block = `beit.encoder.layer.${i}`
    if (layerScale > 0) for (const scale of ['lambda_1', 'lambda_2']) list.add(`${block}.${scale}`, [d])
    for (const part of ['query', 'key', 'value'])
      list.linear(`${block}.attention.attention.${part}`, d, d, part !== 'key')
    list.linear(`${block}.attention.output.dense`, d, d)
    list.norm(`${block}.layernorm_before`, d)
    list.norm(`${block}.layernorm_after`, d)
    list.linear(`${block}.intermediate.dense`, intermediateSize, d)
    list.linear(`${block}.output.dense`, d, intermediateSize)
    if (config.relativePositions) list.add(tableOf(block), [offsets + 3, heads])
  }
  list.at(layers + 1)
  list.norm(lastNorm(config), d)
  list.linear('classifier', labels, d)
  return list.parameters
}

/** The mask token only serves pretraining, so it never moves, but Hugging Face's class may have it. */
export const beitBuffers = ({ hiddenSize, maskToken }: BeitConfig): readonly Buffer[] =>
  maskToken ? [{ name: 'beit.embeddings.mask_token', shape: [1, 1, hiddenSize], dtype: 'float32' }] : []
