import type { Parameter } from '../../registry/engine.ts'
import { patchCount, type VitConfig } from './config.ts'

// As transformers' Trainer.get_decay_parameter_names; every LayerNorm of a ViT is caught by its name.
const decays = (name: string) => !/bias|layernorm/.test(name)

/** Parameters of `ViTForImageClassification` under their names on disk, in the order of the modules. */
export function vitParameters(config: VitConfig, labels: number): readonly Parameter[] {
  const { hiddenSize: d, intermediateSize, patch, channels } = config
  const list: Parameter[] = []
  let layer = 0
  const add = (name: string, shape: readonly number[]) =>
    list.push({ name, shape, decay: decays(name), layer, head: name.startsWith('classifier.') })
  const addLinear = (name: string, outputs: number, inputs: number, bias = true) => {
    add(`${name}.weight`, [outputs, inputs])
    if (bias) add(`${name}.bias`, [outputs])
  }
  const addNorm = (name: string) => {
    add(`${name}.weight`, [d])
    add(`${name}.bias`, [d])
  }
  add('vit.embeddings.cls_token', [1, 1, d])
  add('vit.embeddings.position_embeddings', [1, patchCount(config) + 1, d])
  add('vit.embeddings.patch_embeddings.projection.weight', [d, channels, patch.height, patch.width])
  add('vit.embeddings.patch_embeddings.projection.bias', [d])
  for (let i = 0; i < config.layers; i++) {
    layer = i + 1
    const block = `vit.encoder.layer.${i}`
    for (const part of ['query', 'key', 'value'])
      addLinear(`${block}.attention.attention.${part}`, d, d, config.qkvBias)
    addLinear(`${block}.attention.output.dense`, d, d)
    addLinear(`${block}.intermediate.dense`, intermediateSize, d)
    addLinear(`${block}.output.dense`, d, intermediateSize)
    addNorm(`${block}.layernorm_before`)
    addNorm(`${block}.layernorm_after`)
  }
  layer = config.layers + 1
  addNorm('vit.layernorm')
  addLinear('classifier', labels, d)
  return list
}
