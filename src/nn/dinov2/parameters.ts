import type { Buffer, Parameter } from '../../registry/engine.ts'
import { parameterList } from '../parameter-list.ts'
import { patchCount } from '../patch-transformer.ts'
import { type Dinov2Config, swigluWidth } from './config.ts'

/** Parameters of `Dinov2ForImageClassification` under their names on disk, in the order of the modules. */
export function dinov2Parameters(config: Dinov2Config, labels: number): readonly Parameter[] {
  const { hiddenSize: d, mlpRatio, layers, patch, channels, qkvBias, swiglu } = config
  const list = parameterList((name) => name.startsWith('classifier.'))
  list.add('dinov2.embeddings.cls_token', [1, 1, d])
  list.add('dinov2.embeddings.position_embeddings', [1, 1 + patchCount(config), d])
  list.patches('dinov2.embeddings.patch_embeddings.projection', d, channels, patch)
  for (let i = 0; i < layers; i++) {
    list.at(i + 1)
    const block = `dinov2.encoder.layer.${i}`
    list.norm(`${block}.norm1`, d)
    for (const part of ['query', 'key', 'value']) list.linear(`${block}.attention.attention.${part}`, d, d, qkvBias)
    list.linear(`${block}.attention.output.dense`, d, d)
    list.add(`${block}.layer_scale1.lambda1`, [d])
    list.norm(`${block}.norm2`, d)
    if (swiglu) {
      list.linear(`${block}.mlp.weights_in`, 2 * swigluWidth(config), d)
      list.linear(`${block}.mlp.weights_out`, d, swigluWidth(config))
    } else {
      list.linear(`${block}.mlp.fc1`, d * mlpRatio, d)
      list.linear(`${block}.mlp.fc2`, d, d * mlpRatio)
    }
    list.add(`${block}.layer_scale2.lambda1`, [d])
  }
  list.at(layers + 1)
  list.norm('dinov2.layernorm', d)
  list.linear('classifier', labels, 2 * d)
  return list.parameters
}

/** The mask token only serves pretraining, so it never moves, but Hugging Face's class has it. */
export const dinov2Buffers = ({ hiddenSize, maskToken }: Dinov2Config): readonly Buffer[] =>
  maskToken ? [{ name: 'dinov2.embeddings.mask_token', shape: [1, hiddenSize], dtype: 'float32' }] : []
