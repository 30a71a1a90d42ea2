import type { TimmFamily } from '../timm/timm-family.ts'
import { tableOf } from './config.ts'

const block = 'beit.encoder.layer.$1'
const attention = `${block}.attention.attention`

/** timm's `beit.py`, the first BEiT: relative positions in every block, the mean patch to the head. */
export const beitTimm: TimmFamily = {
  architectures: /^beit_\w+_patch\d+_\d+$/,
  examples: 'beit_base_patch16_224',
  config(shapes, { globalPool }) {
    if (globalPool !== undefined && globalPool !== 'avg')
      throw shapes.unsupported(`its head reads "${globalPool}", not the mean patch`)
    return {
      model_type: 'beit',
      hidden_size: shapes.length('cls_token', 2),
      num_hidden_layers: shapes.count(/^blocks\.(\d+)\./),
      num_attention_heads: shapes.length('blocks.0.attn.relative_position_bias_table', 1),
      intermediate_size: shapes.length('blocks.0.mlp.fc1.weight', 0),
      patch_size: [shapes.length('patch_embed.proj.weight', 2), shapes.length('patch_embed.proj.weight', 3)],
      use_relative_position_bias: true,
      use_absolute_position_embeddings: shapes.has('pos_embed'),
      use_mean_pooling: true,
      layer_scale_init_value: shapes.has('blocks.0.gamma_1') ? 0.1 : 0,
      layer_norm_eps: 1e-6,
      drop_path_rate: 0,
    }
  },
  rules: () => [
    [/cls_token/, 'beit.embeddings.cls_token'],
    [/pos_embed/, 'beit.embeddings.position_embeddings'],
    [/patch_embed\.proj\.(weight|bias)/, 'beit.embeddings.patch_embeddings.projection.$1'],
    [/blocks\.(\d+)\.attn\.qkv\.weight/, ['query', 'key', 'value'].map((part) => `${attention}.${part}.weight`)],
    [/blocks\.(\d+)\.attn\.q_bias/, `${attention}.query.bias`],
    [/blocks\.(\d+)\.attn\.v_bias/, `${attention}.value.bias`],
    // Always zero.
    [/blocks\.(\d+)\.attn\.(k_bias|relative_position_index)/, undefined],
    [/blocks\.(\d+)\.attn\.relative_position_bias_table/, tableOf(block)],
    [/blocks\.(\d+)\.attn\.proj\.(weight|bias)/, `${block}.attention.output.dense.$2`],
    [/blocks\.(\d+)\.gamma_([12])/, `${block}.lambda_$2`],
    [/blocks\.(\d+)\.norm1\.(weight|bias)/, `${block}.layernorm_before.$2`],
    [/blocks\.(\d+)\.norm2\.(weight|bias)/, `${block}.layernorm_after.$2`],
    [/blocks\.(\d+)\.mlp\.fc1\.(weight|bias)/, `${block}.intermediate.dense.$2`],
    [/blocks\.(\d+)\.mlp\.fc2\.(weight|bias)/, `${block}.output.dense.$2`],
    [/fc_norm\.(weight|bias)/, 'beit.pooler.layernorm.$1'],
    [/head\.(weight|bias)/, 'classifier.$1'],
  ],
}
