import type { TimmFamily } from '../timm/timm-family.ts'
import { vitTimmConfig } from '../vit/timm.ts'

const block = 'dinov2.encoder.layer.$1'
const projections = (kind: string) =>
  ['query', 'key', 'value'].map((part) => `${block}.attention.attention.${part}.${kind}`)

/** timm's `vision_transformer.py`: `vit_*_dinov2` without registers. */
export const dinov2Timm: TimmFamily = {
  architectures: /^vit_\w+_patch\d+_dinov2$/,
  examples: 'vit_small_patch14_dinov2',
  config(shapes, timm) {
    const { intermediate_size, layer_norm_eps, ...shared } = vitTimmConfig(shapes, timm)
    // The gate doubles what the first layer gives.
    const isGated = shapes.length('blocks.0.mlp.fc1.weight', 0) !== shapes.length('blocks.0.mlp.fc2.weight', 1)
    return {
      ...shared,
      model_type: 'dinov2',
      mlp_ratio: isGated ? 4 : shapes.length('blocks.0.mlp.fc1.weight', 0) / (shared.hidden_size as number),
      use_swiglu_ffn: isGated,
      use_mask_token: false,
      layer_norm_eps,
    }
  },
  rules(shapes) {
    const isGated = shapes.length('blocks.0.mlp.fc1.weight', 0) !== shapes.length('blocks.0.mlp.fc2.weight', 1)
    return [
      [/cls_token/, 'dinov2.embeddings.cls_token'],
      [/pos_embed/, 'dinov2.embeddings.position_embeddings'],
      [/patch_embed\.proj\.(weight|bias)/, 'dinov2.embeddings.patch_embeddings.projection.$1'],
      [/blocks\.(\d+)\.attn\.qkv\.weight/, projections('weight')],
      [/blocks\.(\d+)\.attn\.qkv\.bias/, projections('bias')],
      [/blocks\.(\d+)\.attn\.proj\.(weight|bias)/, `${block}.attention.output.dense.$2`],
      [/blocks\.(\d+)\.norm([12])\.(weight|bias)/, `${block}.norm$2.$3`],
      [/blocks\.(\d+)\.ls([12])\.gamma/, `${block}.layer_scale$2.lambda1`],
      [/blocks\.(\d+)\.mlp\.fc1\.(weight|bias)/, `${block}.mlp.${isGated ? 'weights_in' : 'fc1'}.$2`],
      [/blocks\.(\d+)\.mlp\.fc2\.(weight|bias)/, `${block}.mlp.${isGated ? 'weights_out' : 'fc2'}.$2`],
      [/norm\.(weight|bias)/, 'dinov2.layernorm.$1'],
    ]
  },
}
