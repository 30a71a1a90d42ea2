import type { Parameter } from '../../registry/engine.ts'
import { parameterList } from '../parameter-list.ts'
import { patchCount } from '../patch-transformer.ts'
import { addVitBlock } from '../vit/parameters.ts'
import { type DeitConfig, deitHeads } from './config.ts'

/** Parameters of a DeiT classifier under their names on disk, in the order of the modules. */
export function deitParameters(config: DeitConfig, labels: number): readonly Parameter[] {
  const { hiddenSize: d, layers, patch, channels } = config
  const list = parameterList((name) => !name.startsWith('deit.'))
  list.add('deit.embeddings.cls_token', [1, 1, d])
  list.add('deit.embeddings.position_embeddings', [1, 2 + patchCount(config), d])
  list.add('deit.embeddings.distillation_token', [1, 1, d])
  list.patches('deit.embeddings.patch_embeddings.projection', d, channels, patch)
  for (let i = 0; i < layers; i++) {
    list.at(i + 1)
    addVitBlock(list, `deit.encoder.layer.${i}`, config)
  }
  list.at(layers + 1)
  list.norm('deit.layernorm', d)
  for (const head of deitHeads(config)) list.linear(head, labels, d)
  return list.parameters
}
