import type { Parameter } from '../../registry/engine.ts'
import { type ParameterList, parameterList } from '../parameter-list.ts'
import { patchCount } from '../patch-transformer.ts'
import type { VitConfig } from './config.ts'

/** Parameters of `ViTForImageClassification` under their names on disk, in the order of the modules. */
export function vitParameters(config: VitConfig, labels: number): readonly Parameter[] {
  const { hiddenSize: d, layers, patch, channels } = config
  const list = parameterList((name) => name.startsWith('classifier.'))
  list.add('vit.embeddings.cls_token', [1, 1, d])
  list.add('vit.embeddings.position_embeddings', [1, 1 + patchCount(config), d])
  list.patches('vit.embeddings.patch_embeddings.projection', d, channels, patch)
  for (let i = 0; i < layers; i++) {
    list.at(i + 1)
    addVitBlock(list, `vit.encoder.layer.${i}`, config)
  }
  list.at(layers + 1)
  list.norm('vit.layernorm', d)
  list.linear('classifier', labels, d)
  return list.parameters
}

/** The parameters of a block of ViT or DeiT. */
export function addVitBlock(
  list: ParameterList,
  name: string,
  { hiddenSize: d, intermediateSize, qkvBias }: VitConfig,
): void {
  for (const part of ['query', 'key', 'value']) list.linear(`${name}.attention.attention.${part}`, d, d, qkvBias)
  list.linear(`${name}.attention.output.dense`, d, d)
  list.norm(`${name}.layernorm_before`, d)
  list.norm(`${name}.layernorm_after`, d)
  list.linear(`${name}.intermediate.dense`, intermediateSize, d)
  list.linear(`${name}.output.dense`, d, intermediateSize)
}
